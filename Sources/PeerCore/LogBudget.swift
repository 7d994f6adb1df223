/// Bounds how many lines of the log others can cause (PROTOCOL.md, "Protection"); what exceeds the bound is left out
/// and counted.
struct LogBudget {
  private var bucket: TokenBucket
  private var leftOut = 0

  init(limits: Limits) {
    bucket = TokenBucket(perSecond: limits.logLinesPerSecond, burst: limits.logBurst)
  }

  /// - Returns: how many lines were left out before this one; `nil` if this one is left out as well.
  mutating func take(at uptime: Int64) -> Int? {
    guard bucket.take(at: uptime) else {
      leftOut += 1
      return nil
    }
    defer { leftOut = 0 }
    return leftOut
  }
}
