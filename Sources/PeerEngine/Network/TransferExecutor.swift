import CSupport
import NIOPosix

/// Runs the tasks of connections on threads of their own, since they write to and read from the disk:
/// whatever blocks there holds up neither the event loops nor the tasks of everybody else.
final class TransferExecutor: TaskExecutor {
  private let pool: NIOThreadPool
  private let yields: Bool

  /// - Parameters:
  ///   - threads: two on two cores would let two slow disk writes stop all others; more than the transfers
  ///     that run at once help nobody.
  ///   - yields: the threads let others of this machine go first.
  init(threads: Int = 4, yields: Bool) {
    self.yields = yields
    pool = NIOThreadPool(numberOfThreads: threads)
    pool.start()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pool.submit { [self] _ in
      if yields { support_yield_to_others() }
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  func shutdown() async { try? await pool.shutdownGracefully() }
}
