import Testing

@testable import PeerEngine

@Suite struct ConnectionCounterTests {
  @Test func `connections are bounded by address, and in all`() {
    let counter = ConnectionCounter(limit: 3, limitPerAddress: 2)
    #expect(counter.admit("10.0.0.1") && counter.admit("10.0.0.1") && !counter.admit("10.0.0.1"))
    #expect(counter.admit("10.0.0.2") && !counter.admit("10.0.0.3"))
    counter.leave("10.0.0.1")
    #expect(counter.count == 2)
    #expect(counter.admit("10.0.0.1"))
  }

  @Test func `a network of IPv6 counts as one address`() {
    let counter = ConnectionCounter(limitPerAddress: 1)
    #expect(counter.admit("2001:db8::1") && !counter.admit("2001:db8::2") && counter.admit("2001:db8:1::1"))
    #expect(counter.admit("::ffff:10.0.0.1") && counter.admit("::ffff:10.0.0.2"))
    counter.leave("2001:db8::1")
    #expect(counter.admit("2001:db8::2"))
  }

  @Test func `on loopback the bound by address does not hold`() {
    let counter = ConnectionCounter(limitPerAddress: 2)
    #expect((0..<10).allSatisfy { _ in counter.admit("127.0.0.1") })
  }
}
