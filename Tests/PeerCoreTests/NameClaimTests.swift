import Testing

@testable import PeerCore

/// PROTOCOL.md, "Identity": who may delete while several addresses use one name.
@Suite struct NameClaimTests {
  let ann = Other(1)
  let bob = Other(2)
  /// Somebody else who says that he is ann.
  let thief = Other(id: Other(1).id.text, at: "10.7.7.7:9000")

  func peer() -> Peer {
    var peer = Peer()
    peer.reply(ann, [ann.file(1)])
    peer.reply(bob, [ann.file(1)])
    return peer
  }

  func deletes(_ peer: inout Peer, from other: Other) -> Bool {
    peer.delete(ann.file(1), by: ann.id, at: other.endpoint.host)
    return peer.record(ann.file(1)) == nil
  }

  @Test func `a peer that takes an owner's name deletes nothing`() {
    var peer = peer()
    peer.reply(thief)
    #expect(peer.tracks(thief))
    #expect(!deletes(&peer, from: thief))
    #expect(!peer.effects.logs("two addresses use that name", level: .warning).isEmpty)
  }

  @Test func `nobody deletes while a name is contested, and its owner does afterwards`() {
    var peer = peer()
    peer.reply(thief)
    peer.reply(ann, [ann.file(1)])
    #expect(!deletes(&peer, from: ann))
    peer.wait(40_000)
    peer.gossip(ann)
    peer.wait(20_000)
    #expect(!deletes(&peer, from: ann))
    peer.wait(1)
    #expect(deletes(&peer, from: ann))
  }

  @Test func `the place that a reply moves a peer away from is asked who is there`() {
    var peer = peer()
    peer.forgetEffects()
    peer.reply(thief)
    #expect(peer.effects.sends(of: .gossip) == [ann.endpoint])
    peer.reply(ann, [ann.file(1)])
    #expect(peer.tracks(ann))
  }

  @Test func `a thief that came first is contested by the owner`() {
    var peer = Peer()
    peer.reply(thief)
    peer.reply(bob, [ann.file(1)])
    peer.forgetEffects()
    peer.gossip(ann)
    peer.wait(2_000)
    #expect(peer.effects.sends(of: .gossip) == [ann.endpoint])
    #expect(peer.tracks(thief))
    peer.reply(ann, [ann.file(1)])
    #expect(peer.tracks(ann))
    peer.reply(thief)
    #expect(!deletes(&peer, from: thief))
  }

  @Test func `an owner that has only gossiped contests a reply that moves it`() {
    var peer = Peer()
    peer.gossip(ann)
    peer.reply(bob, [ann.file(1)])
    peer.reply(thief)
    #expect(!deletes(&peer, from: thief))
  }

  @Test func `an owner whose host name is not resolved yet contests a reply from elsewhere`() {
    var peer = Peer()
    let named = Other(id: ann.id.text, at: "ann.example:9000")
    peer.gossip(named)
    peer.reply(bob, [ann.file(1)])
    peer.reply(thief)
    #expect(!deletes(&peer, from: thief))
  }

  @Test func `a reply from elsewhere contests a name even if it moves nobody`() {
    var peer = peer()
    peer.hear(.gossipReply(GossipReply(origin: ann.endpoint, peerID: ann.id, files: [])), from: "10.7.7.7")
    #expect(!deletes(&peer, from: ann))
  }

  @Test func `a host name that means both addresses does not hide the owner`() {
    var peer = peer()
    let both = Other(id: ann.id.text, at: "both.example:9000")
    for _ in 0..<2 {
      peer.hear(
        .gossipReply(GossipReply(origin: both.endpoint, peerID: ann.id, files: [])),
        from: thief.endpoint.host)
      peer.happen(
        .resolved(host: "both.example", addresses: [ann.endpoint.host, thief.endpoint.host]))
      peer.wait(31_000)
      peer.forgetEffects()
      peer.gossip(ann)
      peer.wait(2_000)
      #expect(peer.effects.sends(of: .gossip).contains(ann.endpoint))
      peer.reply(ann, [ann.file(1)])
    }
    #expect(!deletes(&peer, from: thief))
  }

  @Test func `another host name or port of the same address contests nothing`() {
    for place in ["ann.example:9000", "10.1.0.1:9001"] {
      var peer = Peer()
      let named = Other(id: ann.id.text, at: place)
      peer.reply(ann, [ann.file(1)])
      peer.hear(
        .gossipReply(GossipReply(origin: named.endpoint, peerID: ann.id, files: [ann.file(1)])),
        from: ann.endpoint.host)
      peer.happen(.resolved(host: "ann.example", addresses: [ann.endpoint.host]))
      #expect(deletes(&peer, from: ann))
    }
  }

  @Test func `a peer that moves after a silence may delete at once`() {
    var peer = Peer { $0.cleanupInterval = 600_000 }
    peer.reply(ann, [ann.file(1)])
    peer.wait(60_001)
    peer.gossip(thief)
    peer.reply(thief, [ann.file(1)])
    #expect(deletes(&peer, from: thief))
  }

  @Test func `two peers that share a name are not asked for each other without end`() {
    var peer = Peer { $0.gossipFanout = 0 }
    peer.reply(ann)
    peer.forgetEffects()
    for _ in 0..<30 {
      peer.reply(thief)
      peer.wait(1_000)
      peer.reply(ann)
      peer.wait(1_000)
    }
    #expect((1...3).contains(peer.effects.sends(of: .gossip).count))
  }
}
