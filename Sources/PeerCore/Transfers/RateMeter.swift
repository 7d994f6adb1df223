/// Measures a rate, smoothed: an exponential average with a time constant of about three seconds, so that the figure
/// can be read and still follows.
struct RateMeter {
  private static let timeConstant = 3_000.0
  private var bytes: UInt64
  private var time: Int64
  /// Bytes a second.
  private(set) var rate = 0.0
  private var isFirst = true

  /// - Parameter total: bytes up to now, which do not count.
  init(at uptime: Int64, total: UInt64 = 0) {
    time = uptime
    bytes = total
  }

  /// - Parameter total: all bytes so far.
  mutating func record(_ total: UInt64, at uptime: Int64) {
    let elapsed = Double(uptime - time)
    guard elapsed >= 50, total >= bytes else { return }
    let current = Double(total - bytes) * 1000 / elapsed
    let weight = isFirst ? 1 : elapsed / (elapsed + Self.timeConstant / 3)
    rate += (current - rate) * weight
    isFirst = false
    bytes = total
    time = uptime
  }

  /// How many bytes have probably come since the last record.
  func sinceLast(at uptime: Int64) -> UInt64 { UInt64(max(0, rate * Double(uptime - time) / 1000)) }
}
