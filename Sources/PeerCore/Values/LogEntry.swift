/// How serious a line of the log is, rising.
public enum LogLevel: String, Sendable, Codable, CaseIterable, Comparable {
  case debug, info, warning, error

  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .warning: 2
    case .error: 3
    }
  }
}

/// One line of the log. `text` may quote text from the network, already made harmless (`Visible`).
public struct LogEntry: Sendable, Codable, Equatable {
  /// Counts from 1 without gaps since the peer started.
  public var seq: UInt64
  /// Milliseconds since 1970-01-01 UTC.
  public var time: Int64
  /// How serious it is.
  public var level: LogLevel
  /// One line.
  public var text: String

  public init(seq: UInt64, time: Int64, level: LogLevel, text: String) {
    self.seq = seq
    self.time = time
    self.level = level
    self.text = text
  }
}
