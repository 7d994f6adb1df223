import Testing

@testable import PeerCore

/// PROTOCOL.md: Identity (DELETE), Catalogue (tombstones).
@Suite struct DeleteTests {
  let ann = Other(1)
  let bob = Other(2)

  func peer(_ trust: TrustDeletes = .ownerAddress) -> Peer {
    var peer = Peer { $0.trustDeletes = trust }
    peer.reply(ann, [ann.file(1)])
    peer.reply(bob, [ann.file(1)])
    return peer
  }

  @Test func `the owner may delete, from its own address`() {
    var peer = peer()
    let changes = peer.delete(ann.file(1), by: ann.id, at: ann.endpoint.host).changes
    #expect(peer.record(ann.file(1)) == nil)
    let tombstone = Tombstone(id: FileID(1), owner: ann.id.text, time: peer.moment.wall)
    #expect(changes == [.bury(tombstone), .remove(FileID(1))])
  }

  @Test func `a copy that a crash left beside its tombstone goes to the trash`() {
    let copy = LocalCopy(storedName: "1.txt", size: 1, modified: 0)
    let peer = Peer(
      files: [StoredFile(entry: ann.file(1), copy: copy, firstSeen: 0)],
      tombstones: [Tombstone(id: FileID(1), owner: ann.id.text, time: 0)])
    #expect(peer.effects.trashed == [FileID(1)])
    #expect(peer.effects.changes == [.remove(FileID(1))])
    #expect(peer.record(ann.file(1)) == nil)
  }

  @Test func `a copy goes to the trash after the tombstone is written and before the record goes`() {
    var peer = peer()
    peer.push(ann.file(1))
    peer.keepArrived()
    let effects = peer.delete(ann.file(1), by: ann.id, at: ann.endpoint.host)
    #expect(effects.trashed == [FileID(1)])
    let order = effects.compactMap { effect -> String? in
      switch effect {
      case .persist: "persist"
      case .trash: "trash"
      default: nil
      }
    }
    #expect(order == ["persist", "trash", "persist"])
  }

  @Test func `a DELETE from another address or another peer is refused`() {
    var peer = peer()
    peer.delete(ann.file(1), by: ann.id, at: bob.endpoint.host)
    peer.delete(ann.file(1), by: bob.id, at: bob.endpoint.host)
    peer.delete(ann.file(1), by: PeerID("nobody"), at: bob.endpoint.host)
    #expect(peer.record(ann.file(1)) != nil)
    #expect(peer.effects.logs("refused", level: .warning).count == 3)
  }

  @Test func `with trust any, the address does not matter, but the owner does`() {
    var peer = peer(.any)
    peer.delete(ann.file(1), by: bob.id, at: "10.9.9.9")
    #expect(peer.record(ann.file(1)) != nil)
    peer.delete(ann.file(1), by: ann.id, at: "10.9.9.9")
    #expect(peer.record(ann.file(1)) == nil)
  }

  @Test func `with trust none, nobody deletes`() {
    var peer = peer(.none)
    peer.delete(ann.file(1), by: ann.id, at: ann.endpoint.host)
    #expect(peer.record(ann.file(1)) != nil)
  }

  @Test(arguments: TrustDeletes.allCases) func `nobody else deletes our files`(trust: TrustDeletes) {
    var peer = peer(trust)
    peer.share(.ours(2))
    peer.delete(.ours(2), by: Peer.id, at: "10.0.0.1")
    #expect(peer.has(.ours(2)))
  }

  @Test func `an owner that is not tracked deletes nothing`() {
    var peer = Peer()
    peer.reply(bob, [ann.file(1)])
    peer.delete(ann.file(1), by: ann.id, at: ann.endpoint.host)
    #expect(peer.record(ann.file(1)) != nil)
  }

  @Test func `an address in place of an id owns nothing`() {
    var peer = Peer()
    let nameless = Other(id: "10.1.0.5:9000", at: "10.1.0.5:9000")
    peer.reply(nameless, [nameless.file(1)])
    peer.delete(nameless.file(1), by: nameless.id, at: "10.1.0.5")
    #expect(peer.record(nameless.file(1)) != nil)
  }

  @Test(arguments: [(["10.3.3.3", "10.4.4.4"], true), (["10.5.5.5"], false), ([], false)])
  func `a DELETE waits until the owner's host name is resolved`(addresses: [String], honoured: Bool) {
    var peer = Peer()
    let named = Other(id: "ann", at: "ann.example:9000")
    peer.reply(named, [named.file(1)])
    peer.delete(named.file(1), by: named.id, at: "10.4.4.4")
    #expect(peer.record(named.file(1)) != nil)
    peer.happen(.resolved(host: "ann.example", addresses: addresses))
    #expect((peer.record(named.file(1)) == nil) == honoured)
    #expect(peer.effects.logs("refused").isEmpty == honoured)
    #expect(peer.state.waitingDeletes.isEmpty)
  }

  @Test func `waiting DELETEs are bounded`() {
    var peer = Peer(limits: Limits { $0.pendingDeletes = 2 })
    let named = Other(id: "ann", at: "ann.example:9000")
    peer.reply(named, [named.file(1)])
    for _ in 0..<5 { peer.delete(named.file(1), by: named.id, at: "10.4.4.4") }
    #expect(peer.state.waitingDeletes.count == 2)
  }

  // MARK: Tombstones

  @Test func `late gossip does not bring a deleted file back`() {
    var peer = peer()
    peer.delete(ann.file(1), by: ann.id, at: ann.endpoint.host)
    peer.reply(bob, [ann.file(1)])
    peer.announce(bob.id, ann.file(1))
    peer.push(ann.file(1))
    #expect(peer.record(ann.file(1)) == nil)
    #expect(peer.effects.keeps.isEmpty)
  }

  @Test func `a tombstone outlives a restart`() {
    var peer = Peer(tombstones: [Tombstone(id: FileID(1), owner: ann.id.text, time: 0)])
    peer.reply(bob, [ann.file(1)])
    #expect(peer.record(ann.file(1)) == nil)
  }

  @Test func `a peer that still lists a file that we deleted is told again`() {
    var peer = Peer(tombstones: [Tombstone(id: FileID(1), owner: Peer.id.text, time: 0)])
    let first = peer.reply(bob, [.ours(1)]).sends(of: .delete)
    #expect(first == [bob.endpoint])
    let again = peer.wait(2_000) + peer.reply(bob, [.ours(1)])
    #expect(again.sends(of: .delete) == [bob.endpoint])
  }

  @Test func `a deleted file that is pushed again is back`() {
    var peer = Peer(tombstones: [Tombstone(id: FileID(1), owner: Peer.id.text, time: 0)])
    let changes = peer.share(.ours(1)).changes
    #expect(peer.has(.ours(1)))
    #expect(changes.contains(.exhume(FileID(1))))
  }

  @Test func `deleting a file ends its download`() {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    let effects = peer.delete(ann.file(1), by: ann.id, at: ann.endpoint.host)
    #expect(effects.contains(.cancelFetch(peer.effects.fetches[0].attempt)))
    #expect(peer.transfers.isEmpty)
  }

  @Test func `a file that is deleted while it is being kept goes to the trash`() {
    var peer = peer()
    peer.push(ann.file(1))
    peer.delete(ann.file(1), by: ann.id, at: ann.endpoint.host)
    let effects = peer.keepArrived()
    #expect(effects.trashed == [FileID(1)])
    #expect(effects.changes == [.remove(FileID(1))])
    #expect(effects.sends.isEmpty)
    #expect(peer.record(ann.file(1)) == nil)
  }
}
