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

  @Test func `in a full catalogue the oldest file without a holder makes room`() {
    var peer = Peer(limits: Limits { $0.files = 3 })
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
    var peer = Peer(limits: Limits { $0.files = 3 })
    peer.reply(ann, (1...5).map { .file($0) })
    #expect(peer.snapshot.files.count == 3)
    #expect(peer.effects.logs("2 files were not taken in", level: .warning).count == 1)
    peer.share(.ours(9))
    #expect(peer.has(.ours(9)))
  }

  @Test func `the texts of all files together are bounded`() {
    var peer = Peer(limits: Limits { $0.catalogueTextBytes = 10_000 })
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
    #expect(peer.state.catalogue.textBytes <= 10_000)
    // What would grow beyond the bound stays as it is.
    peer.reply(bob, [long(7), long(8), described(name: "")])
    peer.reply(bob, [long(7), long(8), long(1)])
    #expect(peer.record(.file(1))?.entry.name == "")
    peer.share(.ours(9))
    #expect(peer.has(.ours(9)))
  }

  @Test func `the holders of a file are bounded`() {
    var peer = Peer(limits: Limits { $0.holders = 2 })
    for number in 1...4 { peer.reply(Other(number), [.file(1)]) }
    #expect(peer.holders(.file(1)) == [Other(1).id, Other(2).id])
    peer.reply(Other(1), [])
    peer.reply(Other(4), [.file(1)])
    #expect(peer.holders(.file(1)) == [Other(2).id, Other(4).id])
  }

  @Test func `when there are too many tombstones, the oldest makes room`() {
    var peer = Peer(limits: Limits { $0.tombstones = 2 }) { $0.trustDeletes = .any }
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
    var peer = Peer(limits: Limits { $0.tombstones = 2 }) { $0.trustDeletes = .any }
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
