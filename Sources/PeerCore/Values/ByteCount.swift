/// Sizes as people read them: `0 B`, `17 B`, `1.2 KiB`, `512 MiB`. Powers of 1024, three digits.
public enum ByteCount {
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

  /// One decimal below 100, where it tells something; none above.
  private static func digits(_ value: Double) -> String {
    if value >= 99.95 { return String(Int(value.rounded())) }
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
  }

  private static let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
}
