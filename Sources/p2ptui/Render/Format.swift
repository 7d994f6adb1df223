import PeerCore

/// Numbers as people read them, in few and constant columns.
enum Format {
  /// At most 8 columns: `922 B`, `17.2 KiB`, `1023 MiB`.
  static func bytes(_ count: UInt64) -> String {
    guard count >= 1024 else { return "\(count) B" }
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = Double(count) / 1024
    var unit = 0
    while value >= 1023.5, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return (value < 99.95 ? oneDecimal(value) : "\(Int(value.rounded()))") + " " + units[unit]
  }

  /// At most 10 columns.
  static func rate(_ bytesPerSecond: Double) -> String {
    bytes(UInt64(max(0, min(bytesPerSecond, 1e18)).rounded())) + "/s"
  }

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

  /// `12,345`.
  static func count(_ number: Int) -> String {
    var digits = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0, digit != "-" { digits.append(",") }
      digits.append(digit)
    }
    return String(digits.reversed())
  }

  /// `1 file`, `2 files`.
  static func plural(_ number: Int, _ noun: String) -> String {
    "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// 0...99, and 100 only when all is there.
  static func percent(_ part: UInt64, of total: UInt64?) -> String {
    guard let total else { return "" }
    guard part < total else { return "100%" }
    return "\(Int(Double(part) / Double(total) * 100))%"
  }

  private static func oneDecimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
