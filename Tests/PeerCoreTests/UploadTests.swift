import Testing

@testable import PeerCore

/// PROTOCOL.md, "Transfers" and "Protection": what is sent, and how many at once.
@Suite struct UploadTests {
  let ann = Other(1)

  @Test func `a file that is here is served, and any other refused`() {
    var peer = Peer()
    peer.share(.ours(1))
    peer.reply(ann, [.file(2)])
    let served = peer.request(FileID(1)).serves
    #expect(served.count == 1)
    for id in [FileID(2), FileID(3), nil] {
      let refusals = peer.request(id).refusals
      #expect(refusals == 1)
    }
    #expect(peer.transfers.map(\.state) == [.active])
    peer.happen(.uploadEnded(served[0], nil))
    #expect(peer.transfers.map(\.state) == [.done])
    #expect(peer.state.bytesSent == 17)
  }

  @Test func `an upload waits for a slot, and the queue is bounded`() {
    var peer = Peer(limits: Limits { $0.waitingUploads = 1 }) { $0.uploads = 2 }
    peer.share(.ours(1))
    for number in 1...4 { peer.request(FileID(1), from: "10.9.9.\(number)") }
    #expect(peer.effects.serves.count == 2)
    #expect(peer.effects.refusals == 1)
    peer.happen(.uploadEnded(peer.effects.serves[0], .truncated))
    #expect(peer.effects.serves.count == 3)
  }

  @Test(arguments: [(1, 1), (2, 1), (4, 3), (16, 12), (100, 75)])
  func `one address never holds the last slots`(slots: Int, most: Int) {
    var peer = Peer(limits: Limits { $0.waitingUploads = 1_000 }) { $0.uploads = slots }
    peer.share(.ours(1))
    for _ in 0..<(slots + 1) { peer.request(FileID(1), from: "10.9.9.1") }
    #expect(peer.effects.serves.count == most)
    for number in 2..<(slots + 2) { peer.request(FileID(1), from: "10.9.8.\(number)") }
    #expect(peer.effects.serves.count == slots)
    peer.happen(.uploadEnded(peer.effects.serves[0], nil))
    #expect(peer.effects.serves.count == slots + 1)
  }

  @Test func `on loopback one address may hold all slots`() {
    for address in ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"] {
      var peer = Peer { $0.uploads = 8 }
      peer.share(.ours(1))
      for _ in 0..<9 { peer.request(FileID(1), from: address) }
      #expect(peer.effects.serves.count == 8)
    }
  }

  @Test func `replications share the slots of their address`() {
    var peer = Peer { $0.uploads = 4 }
    peer.reply(ann)
    for number in 1...5 { peer.share(.ours(number)) }
    #expect(peer.effects.replications.count == 3)
    peer.request(FileID(1), from: "10.9.9.1")
    #expect(peer.effects.serves.count == 1)
  }

  @Test func `replications are bounded as requests are`() {
    var peer = Peer(limits: Limits { $0.waitingUploads = 2 }) { $0.uploads = 1 }
    peer.reply(ann)
    for number in 1...5 { peer.share(.ours(number)) }
    #expect(peer.effects.replications.count == 1)
    #expect(peer.transfers.count == 3)
    #expect(peer.effects.logs("is not replicated").count == 2)
  }

  @Test func `in a full queue the newest of the busiest address makes room`() {
    var peer = Peer(limits: Limits { $0.waitingUploads = 3 }) { $0.uploads = 1 }
    peer.share(.ours(1))
    for _ in 0..<4 { peer.request(FileID(1), from: "10.9.9.1") }
    #expect(peer.effects.refusals == 0)
    peer.request(FileID(1), from: "10.9.9.2")
    #expect(peer.effects.refusals == 1)
    #expect(peer.transfers.map(\.peer) == ["10.9.9.1", "10.9.9.1", "10.9.9.1", "10.9.9.2"])
    // Now it would only take the place of another one like it.
    peer.request(FileID(1), from: "10.9.9.3")
    peer.request(FileID(1), from: "10.9.9.1")
    #expect(peer.effects.refusals == 3)
    #expect(peer.transfers.count == 4)
  }

  @Test func `a deleted file ends its uploads`() {
    var peer = Peer { $0.uploads = 1 }
    peer.share(.ours(1))
    peer.request(FileID(1))
    peer.request(FileID(1))
    _ = peer.command(.delete(FileID(1)))
    #expect(peer.effects.contains(.cancelUpload(peer.effects.serves[0])))
    #expect(peer.effects.refusals == 1)
    peer.happen(.uploadEnded(peer.effects.serves[0], .cancelled))
    #expect(peer.state.uploads.isEmpty)
  }

  @Test func `ended transfers are forgotten by number and by age`() {
    var peer = Peer(limits: Limits { $0.endedTransfers = 2 })
    peer.share(.ours(1))
    for _ in 0..<4 {
      peer.request(FileID(1))
      peer.happen(.uploadEnded(peer.effects.serves.last!, nil))
    }
    #expect(peer.transfers.count == 2)
    peer.wait(60_000)
    #expect(peer.transfers.isEmpty)
  }

  @Test func `a part is served and counted as such`() {
    var peer = Peer()
    peer.share(.ours(1))
    peer.hear(.getFile(GetFile(file: FileID(1), acceptsRaw: true, offset: 3, length: 4)))
    #expect(peer.effects.serves.count == 1)
    #expect(peer.transfers.first?.total == 4)
    peer.hear(.getFile(GetFile(file: FileID(1), acceptsRaw: true, offset: 99)))
    #expect(peer.effects.refusals == 1)
    // Whoever can't take raw bytes gets the whole file, whatever else it asks for.
    peer.hear(.getFile(GetFile(file: FileID(1), offset: 99)))
    #expect(peer.effects.serves.count == 2)
    peer.hear(.getBlocks(GetBlocks(file: FileID(1))))
    #expect(peer.effects.contains { if case .serveBlocks = $0 { true } else { false } })
    peer.hear(.getBlocks(GetBlocks(file: FileID(2))))
    #expect(peer.effects.refusals == 2)
    _ = peer.command(.cancelUpload(peer.effects.serves[0].number))
    #expect(peer.effects.contains(.cancelUpload(peer.effects.serves[0])))
  }
}
