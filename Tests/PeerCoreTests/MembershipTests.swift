import Testing

@testable import PeerCore

/// PROTOCOL.md: Membership, Identity.
@Suite struct MembershipTests {
  let ann = Other(1)
  let bob = Other(2)

  // MARK: Tracking

  @Test func `a gossip's sender is tracked and answered`() {
    var peer = Peer()
    let effects = peer.gossip(ann)
    #expect(peer.tracks(ann))
    #expect(effects.sends(of: .gossipReply) == [ann.endpoint])
  }

  @Test func `a reply's sender is tracked and not answered`() {
    var peer = Peer()
    #expect(peer.reply(ann).sends.isEmpty)
    #expect(peer.tracks(ann))
  }

  @Test func `an answer lists exactly the files that are here`() {
    var peer = Peer()
    peer.share(.ours(1))
    peer.reply(bob, [bob.file(2)])
    peer.share(.ours(3))
    guard case .gossipReply(let reply) = peer.gossip(ann).sends.first?.message else {
      Issue.record("no answer")
      return
    }
    #expect(reply.files.map(\.id) == [FileID(1), FileID(3)])
    #expect(reply.peerID == Peer.id)
    #expect(reply.origin == Peer.endpoint)
  }

  @Test func `a peer without an id is tracked under its address, which owns nothing`() {
    var peer = Peer()
    let nameless = Other(id: "10.1.0.5:9000", at: "10.1.0.5:9000")
    var file = FileEntry.file(1, owner: PeerID("ann"))
    peer.reply(bob, [file])
    file.owner = nameless.id.text
    peer.reply(nameless, [file])
    #expect(peer.record(file)?.entry.owner == "ann")
  }

  // MARK: Forwarding

  @Test func `a gossip is forwarded unchanged to a few others`() {
    var peer = Peer()
    for number in 1...6 { peer.reply(Other(number)) }
    let to = peer.gossip(ann, raw: "{untouched}").sends(raw: "{untouched}")
    #expect(to.count == 3)
    #expect(Set(to).count == 3)
    #expect(!to.contains(ann.endpoint))
  }

  @Test func `a gossip never goes back to its origin or to its address`() {
    var peer = Peer()
    peer.reply(ann)
    peer.reply(Other(id: "twin of ann", at: ann.endpoint.description))
    #expect(peer.gossip(ann, raw: "{}x").sends(raw: "{}x").isEmpty)
  }

  @Test func `a repeated gossip is ignored`() {
    var peer = Peer()
    peer.reply(bob)
    peer.gossip(ann, id: "one")
    peer.wait(3_000)
    peer.forgetEffects()
    peer.gossip(ann, id: "one")
    peer.gossip(Other(3), id: "one")
    peer.wait(3_000)
    #expect(peer.effects.sends.isEmpty)
    #expect(!peer.tracks(Other(3)))
  }

  @Test func `a gossip without an id is answered and not forwarded`() {
    for id in [nil, String(repeating: "x", count: 257)] {
      var peer = Peer()
      peer.reply(bob)
      let effects = peer.hear(
        .gossip(Gossip(origin: ann.endpoint, peerID: ann.id, id: id, raw: Array("raw".utf8))))
      #expect(effects.sends(of: .gossipReply) == [ann.endpoint])
      #expect(effects.sends(raw: "raw").isEmpty)
      #expect(peer.state.seenGossip.count == 0)
    }
  }

  // MARK: Identity

  @Test func `our id from elsewhere is logged once and never tracked`() {
    var peer = Peer()
    let thief = Other(id: "me", at: "10.1.1.1:9000")
    for _ in 0..<3 {
      peer.gossip(thief)
      peer.reply(thief, [.file(1)])
    }
    #expect(peer.peers.isEmpty)
    #expect(peer.record(.file(1)) == nil)
    #expect(peer.effects.sends.isEmpty)
    #expect(peer.effects.logs("uses our peer id", level: .warning).count == 1)
  }

  @Test func `our own gossip, come back, has no effect`() {
    var peer = Peer()
    #expect(peer.gossip(Other(id: "me", at: "10.0.0.1:8000")).isEmpty)
    #expect(peer.gossip(Other(id: "me", at: "127.0.0.1:8000")).isEmpty)
  }

  @Test func `another name of ourselves is dropped once it is resolved`() {
    var peer = Peer()
    let alias = Other(id: "alias", at: "myself.example:8000")
    #expect(peer.gossip(alias).resolves == ["myself.example"])
    #expect(peer.tracks(alias))
    peer.happen(.resolved(host: "myself.example", addresses: ["10.0.0.1"]))
    #expect(!peer.tracks(alias))
    peer.gossip(Other(id: "alias", at: "127.0.0.1:8000"))
    #expect(peer.peers.isEmpty)
  }

  @Test func `another port of this machine is another peer`() {
    var peer = Peer()
    peer.gossip(Other(id: "neighbour", at: "127.0.0.1:8001"))
    #expect(peer.peers.count == 1)
  }

  @Test func `a gossip does not move a live peer`() {
    var peer = Peer()
    peer.reply(ann)
    let elsewhere = Other(id: ann.id.text, at: "10.7.7.7:9000")
    peer.gossip(elsewhere)
    #expect(peer.tracks(ann))
    #expect(peer.peers.count == 1)
  }

  @Test func `a reply moves a peer`() {
    var peer = Peer()
    peer.reply(ann, [ann.file(1)])
    let elsewhere = Other(id: ann.id.text, at: "10.7.7.7:9000")
    peer.reply(elsewhere, [ann.file(1)])
    #expect(peer.tracks(elsewhere))
    #expect(peer.peers.count == 1)
    #expect(peer.holders(ann.file(1)) == [ann.id])
  }

  @Test func `a gossip moves a silent peer`() {
    var peer = Peer { $0.cleanupInterval = 600_000 }
    peer.reply(ann)
    peer.wait(60_001)
    let elsewhere = Other(id: ann.id.text, at: "10.7.7.7:9000")
    peer.gossip(elsewhere)
    #expect(peer.tracks(elsewhere))
  }

  @Test func `an address and a host name of one peer are the same place`() {
    var peer = Peer()
    let named = Other(id: "ann", at: "ann.example:9000")
    peer.reply(named)
    peer.happen(.resolved(host: "ann.example", addresses: ["10.1.0.1"]))
    peer.wait(50_000)
    peer.gossip(Other(id: "ann", at: "10.1.0.1:9000"))
    peer.wait(50_000)
    #expect(peer.tracks(named))
  }

  // MARK: Silence

  @Test func `a silent peer is dropped, also as a holder`() {
    var peer = Peer()
    peer.reply(ann, [bob.file(1)])
    peer.reply(bob, [bob.file(1)])
    peer.wait(40_000)
    peer.gossip(bob)
    peer.wait(31_000)
    #expect(!peer.tracks(ann))
    #expect(peer.tracks(bob))
    #expect(peer.holders(bob.file(1)) == [bob.id])
  }

  @Test func `only gossip and replies are signs of life`() {
    var peer = Peer()
    peer.reply(ann, [ann.file(1)])
    for _ in 0..<8 {
      peer.wait(9_000)
      peer.announce(ann.id, ann.file(2))
      peer.request(FileID(1), from: ann.endpoint.host)
      peer.happen(.sent(to: ann.endpoint))
    }
    #expect(!peer.tracks(ann))
  }

  @Test(arguments: [true, false]) func `signs of life keep a peer tracked`(byGossip: Bool) {
    var peer = Peer()
    peer.reply(ann)
    for _ in 0..<5 {
      peer.wait(50_000)
      if byGossip { peer.gossip(ann) } else { peer.reply(ann) }
    }
    #expect(peer.tracks(ann))
  }

  @Test func `failures are counted, and logged once`() {
    var peer = Peer()
    peer.reply(ann)
    for _ in 0..<3 { peer.happen(.sendFailed(to: ann.endpoint, reason: "refused")) }
    #expect(peer.peers.first?.failures == 3)
    #expect(peer.effects.logs("cannot reach").count == 1)
    peer.happen(.sent(to: ann.endpoint))
    #expect(peer.peers.first?.failures == 0)
  }

  // MARK: Gossip of our own

  @Test func `in every interval a few peers are greeted, with a new id`() {
    var peer = Peer { $0.peerTimeout = 1_000_000 }
    for number in 1...5 { peer.reply(Other(number)) }
    var ids: [String] = []
    for _ in 0..<3 {
      let sends = peer.wait(30_000).sends
      #expect(sends.count == 3)
      #expect(Set(sends.map(\.to)).count == 3)
      let round = sends.compactMap { if case .gossip(let gossip) = $0.message { gossip.id } else { nil } }
      #expect(Set(round).count == 1)
      ids += Set(round)
    }
    #expect(Set(ids).count == 3)
    #expect(ids.allSatisfy { $0.utf8.count == 36 && Array($0.utf8)[14] == UInt8(ascii: "4") })
  }

  // MARK: Bounds

  @Test func `the peer that was silent longest makes room`() {
    var peer = Peer(limits: Limits { $0.peers = 3 })
    for number in 1...3 {
      peer.reply(Other(number), [.file(number)])
      peer.wait(100)
    }
    peer.gossip(Other(1))
    peer.gossip(Other(4))
    #expect(peer.peers.map(\.id) == [Other(1).id, Other(3).id, Other(4).id])
    #expect(peer.holders(.file(2)).isEmpty)
    #expect(!peer.effects.logs("makes room").isEmpty)
  }

  @Test func `holders are the last to make room`() {
    var peer = Peer(limits: Limits { $0.peers = 3 })
    peer.reply(ann, [ann.file(1)])
    for invented in 10...50 {
      peer.wait(100)
      peer.gossip(Other(invented))
    }
    #expect(peer.tracks(ann) && peer.tracks(Other(50)) && !peer.tracks(Other(10)))
    #expect(peer.holders(ann.file(1)) == [ann.id])
  }

  @Test func `gossip ids are forgotten by number and by age`() {
    let limits = Limits {
      $0.gossipIDs = 3
      $0.gossipIDAge = 1000
    }
    var cache = DuplicateCache(limits: limits)
    func areNew(_ ids: [String], at uptime: Int64) -> [Bool] { ids.map { cache.insert($0, at: uptime) } }
    #expect(areNew(["a", "b", "c", "d"], at: 0) == [true, true, true, true])
    #expect(cache.count == 3)
    #expect(areNew(["b", "b", "b", "b", "a", "d"], at: 1000) == [false, false, false, false, true, false])
    #expect(areNew(["d"], at: 1001) == [true])
    #expect(cache.count == 2)
  }

  @Test func `many peer ids at one address are sent one message`() {
    var peer = Peer()
    for name in 1...50 {
      var claimed = Other(name)
      claimed.endpoint = ann.endpoint
      peer.reply(claimed)
    }
    peer.reply(bob)
    let effects = peer.share(.ours(1))
    #expect(Set(effects.sends(of: .announce)) == [ann.endpoint, bob.endpoint])
    #expect(effects.sends(of: .announce).count == 2)
  }

  @Test func `few host names are resolved at a time, and each once`() {
    var peer = Peer(limits: Limits { $0.resolutions = 2 })
    for number in 1...4 { peer.reply(Other(id: "x\(number)", at: "h\(number / 2).example:\(number)")) }
    #expect(peer.effects.resolves == ["h0.example", "h1.example"])
    peer.happen(.resolved(host: "h0.example", addresses: []))
    #expect(peer.reply(Other(id: "x5", at: "h5.example:5")).resolves == ["h5.example"])
  }
}
