/// How serious a line of the log is, from the least to the most.
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

/// One line of the log. Text from the network that it quotes was made harmless before (`Visible`).
public struct LogEntry: Sendable, Codable, Equatable {
  /// The number of the line, counted from 1 since the peer started, without gaps.
  public var seq: UInt64
  /// Milliseconds since 1970-01-01 UTC.
  public var time: Int64
  /// How serious it is.
  public var level: LogLevel
  /// The text, without a line break.
  public var text: String

  public init(seq: UInt64, time: Int64, level: LogLevel, text: String) {
    self.seq = seq
    self.time = time
    self.level = level
    self.text = text
  }
}
