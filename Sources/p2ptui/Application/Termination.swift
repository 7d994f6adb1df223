import Dispatch
import Foundation
import Synchronization

/// SIGTERM, SIGINT and SIGHUP, as something that can be waited for. A signal that was ignored when the program
/// began (`nohup`) stays ignored.
final class Termination: Sendable {
  private let stream: AsyncStream<Int32>
  private let ignoresHangup = Mutex(false)
  private let sources: Mutex<[any DispatchSourceSignal]>

  init() {
    let (stream, continuation) = AsyncStream<Int32>.makeStream(bufferingPolicy: .bufferingNewest(8))
    self.stream = stream
    let handled = [SIGTERM, SIGINT, SIGHUP].filter { !Self.isIgnored($0) }
    sources = Mutex(
      handled.map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { continuation.yield(number) }
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

  /// Whether SIGHUP ends nothing.
  var outlivesTerminal: Bool { ignoresHangup.withLock { $0 } }

  func outliveTerminal() { ignoresHangup.withLock { $0 = true } }

  /// The next signal's number; `nil` when the task is cancelled.
  func next() async -> Int32? {
    for await number in stream { return number }
    return nil
  }
}
