/// Quantities as people read them: the same on the screen, on the page, in answers and in the log.
public enum Units {
  /// Bytes in powers of 1024, in 8 columns at most: `17 B`, `1.5 KiB`, `512 MiB`.
  public static func bytes(_ count: UInt64) -> String {
    guard count >= 1024 else { return "\(count) B" }
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = Double(count) / 1024
    var unit = 0
    // From there on it would be rounded to 1024.
    while value >= 1023.5, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return "\(value < 99.95 ? tenths(value) : "\(Int(value.rounded()))") \(units[unit])"
  }

  /// Two sizes together; `UInt64.max` if that is too much to count, as others may claim any size.
  public static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 { b > .max - a ? .max : a + b }

  /// Bytes a second, written as `bytes` does, in 10 columns at most: `1.5 KiB/s`.
  public static func rate(_ bytesPerSecond: Double) -> String {
    "\(bytes(UInt64(max(0, min(bytesPerSecond, 1e18)).rounded())))/s"
  }

  /// `0 s`, `59 s`, `4 min 05 s`, `3 h 07 min`, `12 d 4 h`.
  public static func duration(_ seconds: Double) -> String {
    let total = Int(max(0, min(seconds, 1e12)))
    switch total {
    case ..<60: return "\(total) s"
    case ..<3600: return "\(total / 60) min \(twoDigits(total % 60)) s"
    case ..<86_400: return "\(total / 3600) h \(twoDigits(total / 60 % 60)) min"
    default: return "\(total / 86_400) d \(total / 3600 % 24) h"
    }
  }

  /// `12,345`.
  public static func count(_ number: Int) -> String {
    var digits = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0, digit != "-" { digits.append(",") }
      digits.append(digit)
    }
    return String(digits.reversed())
  }

  /// `1 file`, `2 files`.
  public static func count(_ number: Int, _ noun: String) -> String {
    "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// The bytes that `16G`, `512M`, `100K`, `1.5T` or a plain number stand for, in powers of 1024 and either case; `B`
  /// or `iB` may follow. `nil` for anything else, and for more than `Int64.max`.
  public static func parseBytes(_ text: some StringProtocol) -> UInt64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let factor: Double
    switch text.dropFirst(digits.count).lowercased() {
    case "", "b": factor = 1
    case "k", "kb", "kib": factor = 1024
    case "m", "mb", "mib": factor = 1_048_576
    case "g", "gb", "gib": factor = 1_073_741_824
    case "t", "tb", "tib": factor = 1_099_511_627_776
    default: return nil
    }
    guard let number = Double(String(digits)),
      let bytes = UInt64(exactly: (number * factor).rounded()), bytes <= UInt64(Int64.max)
    else { return nil }
    return bytes
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
