import NIOCore

/// Runs a task on the event loop of its connection, so that no thread is woken between what comes in there and what is
/// answered. Nothing that takes long may run here: it would hold up the other connections of the loop.
final class EventLoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
  }
}
