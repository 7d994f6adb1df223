import Testing

@testable import PeerCore

/// Files that arrive unasked (PROTOCOL.md, "Transfers").
@Suite struct PushTests {
  let ann = Other(1)

  @Test func `a push is kept and announced`() {
    var peer = Peer()
    peer.reply(ann)
    peer.push(.file(1))
    #expect(!peer.has(.file(1)))
    peer.keepArrived()
    #expect(peer.has(.file(1)))
    #expect(peer.effects.sends(of: .announce) == [ann.endpoint])
    #expect(peer.record(.file(1))?.entry.sizeBytes == 17)
  }

  func expectRefused(_ peer: inout Peer, size: UInt64 = 17, verifies: Bool = true) {
    peer.push(.file(1), size: size, verifies: verifies)
    #expect(peer.effects.keeps.isEmpty)
    #expect(peer.effects.discards == 1)
  }

  @Test func `a pushed file that does not verify is refused`() {
    var peer = Peer()
    expectRefused(&peer, verifies: false)
  }

  @Test func `a pushed file that was deleted is refused`() {
    var peer = Peer(tombstones: [Tombstone(id: FileID(1), owner: "x", time: 0)])
    expectRefused(&peer)
  }

  @Test func `a pushed file that is here or being kept is refused`() {
    var peer = Peer()
    peer.push(.file(1))
    peer.push(.file(1))
    peer.keepArrived()
    peer.push(.file(1))
    #expect(peer.effects.keeps.count == 1)
    #expect(peer.effects.discards == 2)
  }

  @Test func `without --accept-push no pushed file is taken`() {
    var peer = Peer { $0.acceptPush = false }
    expectRefused(&peer)
    #expect(peer.state.pushAllowance == nil)
  }

  @Test func `a pushed file that is too large is refused`() {
    var peer = Peer { $0.maxFileSize = 16 }
    expectRefused(&peer)
  }

  @Test func `only so many pushed files are taken, however small`() {
    var peer = Peer(limits: Limits { $0.filesBeforePushes = 2 })
    peer.push(.file(1))
    peer.keepArrived()
    peer.push(.file(2))
    peer.push(.file(3))
    #expect(peer.effects.keeps.count == 2)
    #expect(peer.effects.discards == 1)
    peer.share(.ours(9))
    #expect(peer.has(.ours(9)))
  }

  @Test func `the quota counts what is here and what is being kept`() {
    var peer = Peer { $0.quota = 50 }
    #expect(peer.state.pushAllowance?.file == 50)
    peer.push(.file(2))
    #expect(peer.state.pushAllowance?.file == 33)
    peer.keepArrived()
    #expect(peer.state.pushAllowance?.file == 33)
    peer.push(.file(1), size: 34)
    #expect(peer.effects.discards == 1)
  }
}
