/// The bytes that were received and sent in each of the last 300 periods of 2 seconds, that is 10 minutes, in a ring
/// that forgets the oldest by itself.
struct RateHistory: Sendable {
  static let length = 300
  /// Milliseconds.
  static let period: Int64 = 2_000

  /// By the number of the period, modulo `length`.
  private var bytes = [(received: UInt64, sent: UInt64)](repeating: (0, 0), count: length)
  /// The number of the last period that was recorded, counted from `uptime` 0.
  private var newest: Int64?
  private var totals: (received: UInt64, sent: UInt64) = (0, 0)

  /// - Parameters:
  ///   - received: bytes since the start.
  ///   - sent: bytes since the start.
  ///   - uptime: milliseconds, never less than the time before.
  mutating func record(received: UInt64, sent: UInt64, at uptime: Int64) {
    let now = uptime / Self.period
    guard let newest else {
      self.newest = now
      totals = (received, sent)
      return
    }
    for number in Self.numbers(after: newest, upTo: now) { bytes[Self.slot(number)] = (0, 0) }
    self.newest = max(newest, now)
    bytes[Self.slot(now)].received += received - min(received, totals.received)
    bytes[Self.slot(now)].sent += sent - min(sent, totals.sent)
    totals = (received, sent)
  }

  /// Bytes a second in each of the last periods, without the present one; the newest last.
  func rates(at uptime: Int64) -> (received: [Double], sent: [Double]) {
    let seconds = Double(Self.period) / 1000
    let now = uptime / Self.period
    let periods = (now - Int64(Self.length)..<now).map { number in
      isKept(number) ? bytes[Self.slot(number)] : (received: 0, sent: 0)
    }
    return (periods.map { Double($0.received) / seconds }, periods.map { Double($0.sent) / seconds })
  }

  private func isKept(_ number: Int64) -> Bool {
    guard let newest else { return false }
    return number <= newest && number > newest - Int64(Self.length) && number >= 0
  }

  private static func numbers(after old: Int64, upTo new: Int64) -> Range<Int64> {
    max(old, new - Int64(length)) + 1..<max(old, new) + 1
  }

  private static func slot(_ number: Int64) -> Int { Int(number % Int64(length)) }
}
