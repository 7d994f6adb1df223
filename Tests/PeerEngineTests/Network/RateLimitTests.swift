import Testing

@testable import PeerEngine

@Suite struct RateLimitTests {
  @Test func `bytes are let through at the rate`() async throws {
    let limit = RateLimit(bytesPerSecond: 1_000_000)
    let start = ContinuousClock.now
    for _ in 0..<4 { try await limit.take(100_000) }
    // The burst is free; waiting longer than necessary is the machine's affair.
    #expect(ContinuousClock.now - start >= .milliseconds(290))
  }

  @Test func `without a rate nothing waits`() async throws {
    let limit = RateLimit(bytesPerSecond: nil)
    try await limit.take(.max)
    #expect(limit.piece(atMost: 12_345) == 12_345)
  }

  @Test func `a higher rate is felt by those that already wait`() async throws {
    let limit = RateLimit(bytesPerSecond: 1)
    async let waiting: Void = limit.take(1 << 40)
    limit.set(bytesPerSecond: nil)
    try await waiting
  }

  @Test(arguments: [(1 as UInt64, 4_096), (1_000_000, 50_000), (.max, 1 << 20)])
  func `a piece is a twentieth of a second`(rate: UInt64, piece: Int) {
    #expect(RateLimit(bytesPerSecond: rate).piece(atMost: 1 << 20) == piece)
  }
}
