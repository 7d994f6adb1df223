/// Sizes as people read them: `0 B`, `17 B`, `1.2 KiB`, `512 MiB`. Powers of 1024, three digits.
public enum ByteCount {
  /// With the largest unit that leaves a whole number before the point.
  public static func text(_ bytes: UInt64) -> String {
    guard bytes >= 1024 else { return "\(bytes) B" }
    var value = Double(bytes)
    var unit = -1
    while value >= 1023.5, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return "\(digits(value)) \(units[unit])"
  }

  /// Bytes of `16G`, `512M`, `100K`, `1.5T` (powers of 1024, either case, `B` or `iB` may follow), or of a plain
  /// number; `nil` if it is none of these, or more than `Int64.max`.
  public static func parse(_ text: some StringProtocol) -> UInt64? {
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

  /// One decimal below 100, where it tells something; none above.
  private static func digits(_ value: Double) -> String {
    if value >= 99.95 { return String(Int(value.rounded())) }
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
  }

  private static let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
}
