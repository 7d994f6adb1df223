import PeerCore

/// Times in few and constant columns, for lists; other quantities are written by `Units`.
enum Format {
  /// At most 4 columns: `now`, `12s`, `5m`, `23h`, `364d`, `12y`.
  static func age(seconds: Int64) -> String {
    switch seconds {
    case ..<1: "now"
    case ..<60: "\(seconds)s"
    case ..<3600: "\(seconds / 60)m"
    case ..<86_400: "\(seconds / 3600)h"
    case ..<31_536_000: "\(seconds / 86_400)d"
    default: "\(min(999, seconds / 31_536_000))y"
    }
  }

  /// `0:07`, `12:34`, `3:05:59`; more than 99 hours are `>99 h`.
  static func duration(seconds: Double) -> String {
    guard seconds < 360_000 else { return ">99 h" }
    let whole = Int(max(0, seconds).rounded(.up))
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0
      ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
  }

  /// `HH:MM:SS` of a time in milliseconds since 1970-01-01 UTC.
  static func clock(_ wall: Int64, utcOffset: Int) -> String {
    UTCTime(milliseconds: wall + Int64(utcOffset) * 1000).clock
  }

  /// `2025-04-09 03:49:22` of a time in seconds since 1970-01-01 UTC.
  static func date(seconds: Double, utcOffset: Int) -> String {
    guard seconds > -62_000_000_000, seconds < 253_000_000_000 else { return "\(seconds)" }
    let local = UTCTime(milliseconds: (Int64(seconds.rounded(.down)) + Int64(utcOffset)) * 1000)
    return "\(local.date) \(local.clock)"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
