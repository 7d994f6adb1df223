import Testing

@testable import PeerEngine

@Suite struct HeldBytesTests {
  @Test func `connections share one bound`() {
    let held = HeldBytes(limit: 100)
    let first = HeldBytes.Share(of: held)
    do {
      let second = HeldBytes.Share(of: held)
      #expect(first.set(60))
      #expect(second.set(40))
      #expect(!second.set(41))
      #expect(!first.set(61))
    }
    // The second connection is gone, and so is its share.
    #expect(first.set(100))
  }
}
