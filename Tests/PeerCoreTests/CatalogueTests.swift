import Testing

@testable import PeerCore

/// PROTOCOL.md: Catalogue.
@Suite struct CatalogueTests {
  let ann = Other(1)
  let bob = Other(2)

  // MARK: Holders

  @Test func `a reply is the whole list`() {
    var peer = Peer()
    peer.reply(ann, [.file(1), .file(2)])
    peer.reply(bob, [.file(2), .file(2)])
    peer.reply(ann, [.file(3)])
    #expect(peer.holders(.file(1)).isEmpty)
    #expect(peer.holders(.file(2)) == [bob.id])
    #expect(peer.holders(.file(3)) == [ann.id])
    #expect(peer.record(.file(1))?.state == .unavailable)
  }

  @Test func `an announcement adds a holder`() {
    var peer = Peer()
    peer.reply(ann, [.file(1)])
    peer.announce(ann.id, .file(2))
    #expect(peer.holders(.file(1)) == [ann.id])
    #expect(peer.holders(.file(2)) == [ann.id])
  }

  @Test func `an announcement by the owner, or by nobody, makes the file known`() {
    var peer = Peer()
    peer.announce(PeerID("unknown owner"), .file(1, owner: PeerID("unknown owner")))
    peer.announce(nil, .file(2))
    #expect(peer.record(.file(1))?.holders == [])
    #expect(peer.record(.file(2))?.holders == [])
    #expect(peer.peers.isEmpty)
  }

  @Test func `new files are recorded`() {
    var peer = Peer()
    let changes = peer.reply(ann, [.file(1)]).changes
    #expect(changes == [.describe(.file(1), firstSeen: peer.moment.wall)])
    let again = peer.reply(ann, [.file(1)]).changes
    #expect(again.isEmpty)
  }

  // MARK: Merging

  func described(name: String = "", owner: String = "", timestamp: Lexeme = .null) -> FileEntry {
    FileEntry(id: FileID(1), name: name, owner: owner, timestamp: timestamp)
  }

  @Test func `the first report stands, and a conflict is logged once`() {
    var peer = Peer()
    peer.reply(ann, [described(name: "a", owner: "x", timestamp: Lexeme(1))])
    for _ in 0..<3 { peer.reply(bob, [described(name: "b", owner: "x", timestamp: Lexeme(2))]) }
    #expect(peer.record(.file(1))?.entry == described(name: "a", owner: "x", timestamp: Lexeme(1)))
    #expect(peer.holders(.file(1)) == [ann.id, bob.id])
    #expect(peer.effects.logs("differently", level: .warning).count == 1)
  }

  @Test func `a later report fills what was missing`() {
    var peer = Peer()
    peer.reply(ann, [described(name: "a")])
    peer.reply(bob, [described(name: "a", owner: "x", timestamp: Lexeme(2))])
    #expect(peer.record(.file(1))?.entry == described(name: "a", owner: "x", timestamp: Lexeme(2)))
    #expect(peer.effects.logs(level: .warning).isEmpty)
  }

  @Test func `the owner's own report outranks others, and what it leaves out stays`() {
    var peer = Peer()
    peer.reply(bob, [described(name: "wrong", owner: ann.id.text, timestamp: Lexeme(1))])
    peer.reply(ann, [described(owner: ann.id.text, timestamp: Lexeme(2))])
    #expect(
      peer.record(.file(1))?.entry == described(name: "wrong", owner: ann.id.text, timestamp: Lexeme(2)))
    peer.reply(bob, [described(name: "b", owner: ann.id.text, timestamp: Lexeme(3))])
    peer.reply(ann, [described(name: "b", owner: ann.id.text, timestamp: Lexeme(3))])
    #expect(peer.record(.file(1))?.entry.timestamp == Lexeme(2))
  }

  @Test func `no report changes a file that is here or ours`() {
    var peer = Peer()
    peer.share(.ours(1))
    peer.push(ann.file(2))
    peer.keepArrived()
    let before = [peer.record(.file(1))?.entry, peer.record(.file(2))?.entry]
    for number in [1, 2] {
      var lie = FileEntry.file(number, owner: ann.id)
      lie.name = "lie"
      lie.timestamp = Lexeme(9)
      peer.reply(ann, [lie])
    }
    #expect([peer.record(.file(1))?.entry, peer.record(.file(2))?.entry] == before)
  }

  // MARK: Bounds

  func full(_ files: Int) -> Limits {
    var limits = Limits()
    limits.files = files
    return limits
  }

  @Test func `in a full catalogue the oldest file without a holder makes room`() {
    var peer = Peer(limits: full(3))
    peer.reply(ann, [.file(1)])
    peer.wait(10)
    peer.reply(ann, [.file(2)])
    peer.wait(10)
    peer.reply(ann, [.file(3)])
    let changes = peer.reply(ann, [.file(4)]).changes
    #expect(changes.contains(.remove(FileID(1))))
    #expect(peer.record(.file(1)) == nil)
    #expect(peer.record(.file(2)) != nil)
    #expect(!peer.effects.logs("made room", level: .warning).isEmpty)
  }

  @Test func `a full catalogue takes nothing in when every file has a holder`() {
    var peer = Peer(limits: full(3))
    peer.reply(ann, (1...5).map { .file($0) })
    #expect(peer.snapshot.files.count == 3)
    #expect(peer.effects.logs("2 files were not taken in", level: .warning).count == 1)
    peer.share(.ours(9))
    #expect(peer.has(.ours(9)))
  }

  @Test func `the texts of all files together are bounded`() {
    var limits = Limits()
    limits.catalogueTextBytes = 10_000
    var peer = Peer(limits: limits)
    func long(_ number: Int, _ letter: String = "x") -> FileEntry {
      var file = FileEntry.file(number)
      file.name = String(repeating: letter, count: 4_000)
      return file
    }
    peer.reply(ann, (1...5).map { long($0) })
    #expect(peer.snapshot.files.count == 2)
    #expect(peer.effects.logs("3 files were not taken in", level: .warning).count == 1)
    // Those without a holder make room.
    peer.wait(10)
    peer.reply(ann, [.file(6)])
    peer.reply(bob, (7...8).map { long($0) })
    #expect(peer.record(.file(8)) != nil && peer.record(.file(1)) == nil)
    #expect(peer.state.catalogue.textBytes <= limits.catalogueTextBytes)
    // What would grow beyond the bound stays as it is.
    peer.reply(bob, [long(7), long(8), described(name: "")])
    peer.reply(bob, [long(7), long(8), long(1)])
    #expect(peer.record(.file(1))?.entry.name == "")
    peer.share(.ours(9))
    #expect(peer.has(.ours(9)))
  }

  @Test func `the holders of a file are bounded`() {
    var limits = Limits()
    limits.holders = 2
    var peer = Peer(limits: limits)
    for number in 1...4 { peer.reply(Other(number), [.file(1)]) }
    #expect(peer.holders(.file(1)) == [Other(1).id, Other(2).id])
    peer.reply(Other(1), [])
    peer.reply(Other(4), [.file(1)])
    #expect(peer.holders(.file(1)) == [Other(2).id, Other(4).id])
  }

  @Test func `when there are too many tombstones, the oldest makes room`() {
    var limits = Limits()
    limits.tombstones = 2
    var peer = Peer(limits: limits) { $0.trustDeletes = .any }
    for number in 1...3 {
      peer.reply(ann, [ann.file(number)])
      peer.delete(ann.file(number), by: ann.id, at: "10.1.0.1")
    }
    #expect(peer.effects.changes.contains(.exhume(FileID(1))))
    peer.reply(ann, [ann.file(1), ann.file(2)])
    #expect(peer.record(.file(1)) != nil)
    #expect(peer.record(.file(2)) == nil)
  }

  /// Whoever lists files as its own and deletes them again must not bring back what we have withdrawn.
  @Test func `the deletions of others do not make us forget our own`() {
    var limits = Limits()
    limits.tombstones = 2
    var peer = Peer(limits: limits) { $0.trustDeletes = .any }
    peer.share(.ours(9))
    _ = peer.command(.delete(FileID(9)))
    for number in 1...3 {
      peer.reply(ann, [ann.file(number)])
      peer.delete(ann.file(number), by: ann.id, at: "10.1.0.1")
    }
    peer.reply(bob, [.ours(9)])
    #expect(peer.record(.ours(9)) == nil)
  }

  @Test func `one reply may list a hundred thousand files`() throws {
    let files = (0..<100_000).map { FileEntry.file($0) }
    let bytes = MessageEncoder.gossipReply(from: ann.endpoint, peerID: ann.id, files: files)
    let found = try decode(pieces: bytes.pieces(of: 65_536)).messages
    var state = PeerState(
      me: .init(peerID: Peer.id, endpoint: Peer.endpoint, addresses: []), settings: Settings(), seed: 1)
    for uptime in [Int64(1), 2] {
      for message in found {
        _ = state.step(
          .received(message, from: "10.1.0.1", on: ConnectionID(1)), at: Moment(uptime: uptime, wall: 0))
      }
    }
    #expect(state.catalogue.table.count == 100_000)
    #expect(state.catalogue.remoteCount == 100_000)
  }

  // MARK: Scans

  @Test func `what a scan finds is here, and what it misses is not offered`() {
    var peer = Peer()
    let stored = StoredFile(entry: .ours(1), copy: peer.copy(.ours(1)), firstSeen: 0)
    peer.happen(.scanned(found: [stored], gone: []))
    #expect(peer.has(.ours(1)))
    peer.happen(.scanned(found: [], gone: [FileID(1), FileID(2)]))
    #expect(!peer.has(.ours(1)))
    let refusals = peer.request(FileID(1)).refusals
    #expect(refusals == 1)
  }

  @Test func `a scan ends the download of a file that it finds`() {
    var peer = Peer()
    peer.reply(ann, [.file(1)])
    _ = peer.command(.get(FileID(1)))
    let stored = StoredFile(entry: .file(1), copy: peer.copy(.file(1)), firstSeen: 0)
    peer.happen(.scanned(found: [stored], gone: []))
    #expect(peer.has(.file(1)))
    #expect(peer.transfers.isEmpty)
    #expect(peer.effects.contains(.cancelFetch(peer.effects.fetches[0].attempt)))
  }

  @Test func `what storage remembers is there at the start`() {
    let copy = LocalCopy(storedName: "x", size: 17, modified: 0)
    let peer = Peer(files: [
      StoredFile(entry: .ours(1), copy: copy, firstSeen: 5),
      StoredFile(entry: .file(2), copy: nil, firstSeen: 6),
    ])
    #expect(peer.has(.ours(1)))
    #expect(peer.record(.ours(1))?.entry.sizeBytes == 17)
    #expect(peer.record(.file(2))?.state == .unavailable)
    #expect(peer.snapshot.filesLocal == 1)
  }
}

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
    var limits = Limits()
    limits.pendingDeletes = 2
    var peer = Peer(limits: limits)
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
