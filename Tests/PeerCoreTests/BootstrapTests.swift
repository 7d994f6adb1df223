import Testing

@testable import PeerCore

/// PROTOCOL.md, "Membership": well-known peers.
@Suite struct BootstrapTests {
  let ann = Other(1)

  static let wellKnown = (1...4).map { Endpoint(host: "10.2.0.\($0)", port: 8999) }

  @Test func `at the start one well-known peer is greeted`() {
    let greeted = (1...40).map { seed in
      Peer(seed: UInt64(seed)) { $0.bootstrap = Self.wellKnown }.effects.sends(of: .gossip)
    }
    #expect(greeted.allSatisfy { $0.count == 1 })
    #expect(Set(greeted.joined()) == Set(Self.wellKnown))
  }

  @Test func `while nobody is tracked, well-known peers are greeted in turn, with back-off`() {
    var peer = Peer { $0.bootstrap = Self.wellKnown }
    var times: [Int64] = []
    let begin = peer.uptime
    while peer.uptime < begin + 200_000 {
      if !peer.wait(500).sends(of: .gossip).isEmpty { times.append((peer.uptime - begin) / 1000) }
    }
    #expect(times == [5, 15, 35, 75, 135, 195])
    let greeted = peer.effects.sends(of: .gossip)
    #expect(Set(greeted.prefix(4)) == Set(Self.wellKnown))
    #expect(greeted[0] == greeted[4])
  }

  @Test func `greeting well-known peers stops with the first tracked peer, and begins again without one`() {
    var peer = Peer { $0.bootstrap = Self.wellKnown }
    peer.wait(1_000)
    peer.reply(ann)
    peer.forgetEffects()
    peer.wait(29_000)
    #expect(peer.effects.sends(of: .gossip).allSatisfy { $0 == ann.endpoint })
    peer.wait(47_000)
    #expect(!peer.tracks(ann))
    #expect(peer.effects.sends(of: .gossip).contains { Self.wellKnown.contains($0) })
  }

  /// Otherwise two parts of a network that have dropped each other would never meet again.
  @Test func `now and then a well-known peer that is not tracked is greeted`() {
    var peer = Peer {
      $0.bootstrap = Self.wellKnown
      $0.peerTimeout = 10_000_000
    }
    for known in Self.wellKnown.dropLast() { peer.reply(Other(id: known.host, at: known.description)) }
    peer.forgetEffects()
    var times: [Int64] = []
    let begin = peer.uptime
    while peer.uptime < begin + 400_000 {
      if peer.wait(1_000).sends(of: .gossip).contains(Self.wellKnown[3]) {
        times.append((peer.uptime - begin) / 1_000)
      }
    }
    #expect(times == [30, 90, 210, 330])
    peer.happen(.sendFailed(to: Self.wellKnown[3], reason: "x"))
    #expect(peer.effects.logs("cannot reach").isEmpty)
  }

  @Test func `we do not greet ourselves`() {
    let peer = Peer { $0.bootstrap = [Peer.endpoint] }
    #expect(peer.effects.sends.isEmpty)
  }
}
