/// Bounds a rate: so many tokens a second, with a burst after a rest.
struct TokenBucket {
  private let perSecond: Double
  private let burst: Double
  private var tokens: Double
  private var refilled: Int64 = 0

  init(perSecond: Int, burst: Int) {
    self.perSecond = Double(perSecond)
    self.burst = Double(burst)
    tokens = Double(burst)
  }

  /// - Parameter uptime: milliseconds, never less than before.
  mutating func refill(at uptime: Int64) {
    tokens = min(burst, tokens + Double(uptime - refilled) / 1000 * perSecond)
    refilled = uptime
  }

  var hasToken: Bool { tokens >= 1 }

  /// May leave a debt, which has to be earned before there is a token again.
  mutating func spend(_ count: Int = 1) { tokens -= Double(count) }

  /// How long it takes until there is a token: at most so many milliseconds.
  var wait: Int64 { hasToken ? 0 : Int64((1 - tokens) * 1000 / perSecond) + 1 }

  /// - Returns: whether there was a token.
  mutating func take(at uptime: Int64) -> Bool {
    refill(at: uptime)
    guard hasToken else { return false }
    spend()
    return true
  }
}
