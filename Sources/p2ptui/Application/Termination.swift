import Dispatch
import Foundation
import Synchronization

/// SIGTERM, SIGINT and SIGHUP, as one thing that can be waited for. A signal that was ignored when the
/// program began (`nohup`) stays ignored.
final class Termination: Sendable {
  private let stream: AsyncStream<Void>
  private let sources: Mutex<[any DispatchSourceSignal]>

  init() {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    self.stream = stream
    let handled = [SIGTERM, SIGINT, SIGHUP].filter { !Self.isIgnored($0) }
    sources = Mutex(
      handled.map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { continuation.yield() }
        source.activate()
        return source
      })
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Returns at the first signal, or when the task is cancelled.
  func wait() async {
    for await _ in stream { return }
  }
}
