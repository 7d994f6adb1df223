import NIOPosix

/// Runs the tasks of connections on threads of their own, since they write to and read from the disk and
/// hash: whatever blocks there holds up neither the event loops nor the tasks of everybody else.
final class TransferExecutor: TaskExecutor {
  private let pool: NIOThreadPool

  /// - Parameter threads: two on two cores would let two slow disks writes stop all others; more than the
  ///   transfers that run at once help nobody.
  init(threads: Int = 4) {
    pool = NIOThreadPool(numberOfThreads: threads)
    pool.start()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pool.submit { [self] _ in job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  func shutdown() async { try? await pool.shutdownGracefully() }
}
