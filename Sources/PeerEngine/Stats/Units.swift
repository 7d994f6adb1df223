/// Quantities as people read them, the same in headless answers and on the page.
public enum Units {
  /// Bytes with a unit in powers of 1024: `17 B`, `1.5 KiB`, `16.0 GiB`.
  public static func bytes(_ count: UInt64) -> String {
    guard count >= 1024 else { return "\(count) B" }
    var value = Double(count) / 1024
    for unit in ["KiB", "MiB", "GiB", "TiB", "PiB"] {
      // 1023.95 would be rounded to 1024.0.
      if value < 1023.95 { return "\(tenths(value)) \(unit)" }
      value /= 1024
    }
    return "\(tenths(value)) EiB"
  }

  /// Bytes a second, as `bytes` writes them.
  public static func rate(_ bytesPerSecond: Double) -> String {
    "\(bytes(UInt64(max(0, min(bytesPerSecond, 1e18)))))/s"
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

  /// `1 file`, `2 files`.
  public static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  /// `12,345`.
  static func grouped(_ number: Int) -> String {
    let digits = String(number)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0, digits[digits.startIndex] != "-" || index > 1 {
        result.append(",")
      }
      result.append(digit)
    }
    return result
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
