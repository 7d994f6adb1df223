import PeerCore
import Synchronization

/// The newest lines of the log, for the screen and the page. Each line goes to the log's file too.
final class LogBook: Sendable {
  private struct State {
    var entries: [LogEntry] = []
    var last: UInt64 = 0
  }

  private let state = Mutex(State())
  private let level: LogLevel
  private let capacity: Int
  private let file: LogFile?

  /// - Parameters:
  ///   - level: less serious lines are neither kept nor written.
  ///   - capacity: how many lines are kept.
  ///   - file: where they are written; `nil` writes them nowhere.
  init(level: LogLevel, capacity: Int, file: LogFile?) {
    self.level = level
    self.capacity = capacity
    self.file = file
  }

  func append(_ level: LogLevel, _ text: String, at wall: Int64) {
    guard level >= self.level else { return }
    let entry = state.withLock { state in
      state.last += 1
      let entry = LogEntry(seq: state.last, time: wall, level: level, text: text)
      state.entries.append(entry)
      if state.entries.count > capacity + capacity / 4 {
        state.entries.removeFirst(state.entries.count - capacity)
      }
      return entry
    }
    file?.append(entry)
  }

  var entries: [LogEntry] { state.withLock { Array($0.entries.suffix(capacity)) } }
  var last: UInt64 { state.withLock { $0.last } }
}
