import CSupport
import NIOPosix

/// Runs the tasks of connections on threads of their own, since they read from and write to the disk: what blocks there
/// holds up neither the event loops nor any other tasks.
final class TransferExecutor: TaskExecutor {
  private let pool: NIOThreadPool
  private let yields: Bool

  /// - Parameters:
  ///   - threads: with only two, two slow writes to the disk would stop all other transfers; more than transfers that
  ///     run at once are of no use.
  ///   - yields: whether the threads let others on this machine go first.
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
