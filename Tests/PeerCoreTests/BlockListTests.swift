import Testing

@testable import PeerCore

/// PROTOCOL.md, "Extension": block lists, and bytes that are wrong.
@Suite struct BlockListTests: SwarmFixture {
  /// All bytes have come, from two holders.
  func complete(_ peer: inout Peer) {
    var finished: Set<AttemptID> = []
    while let next = zip(peer.effects.fetches, parts(peer)).first(where: { !finished.contains($0.0.attempt) })
    {
      finished.insert(next.0.attempt)
      peer.finish(next.0, of: file, end: next.1.upperBound)
    }
  }

  var list: BlockList {
    BlockList(size: size, hashes: (0..<64).map { FileID($0) })!
  }

  func blockRequests(_ effects: [Effect]) -> [(AttemptID, Endpoint)] {
    effects.compactMap {
      if case .fetchBlocks(let attempt, _, let holder) = $0 { (attempt, holder) } else { nil }
    }
  }

  @Test func `a long download from several holders is checked against the block list of one`() throws {
    var peer = peer([(ann, .ours), (bob, .ours)])
    #expect(blockRequests(peer.effects).isEmpty)
    move(&peer, after: 3_000)
    let (attempt, _) = try #require(blockRequests(peer.effects).first)
    #expect(blockRequests(peer.effects).count == 1)
    let effects = peer.happen(.blocksFetched(attempt, list))
    #expect(effects.contains(.useBlocks(file.id, list)))
  }

  /// The transfer has gone on for so long.
  func move(_ peer: inout Peer, after time: Int64) {
    peer.wait(time)
    let fetch = peer.effects.fetches[0]
    peer.happen(.fetchProgress(fetch.attempt, position: fetch.start + 1, size: size))
  }

  @Test func `a single holder needs no block list`() {
    var peer = peer([(ann, .ours)])
    move(&peer, after: 60_000)
    #expect(blockRequests(peer.effects).isEmpty)
  }

  @Test func `a holder whose block is wrong is left, and another asked`() throws {
    var peer = peer([(ann, .ours), (bob, .ours)])
    move(&peer, after: 3_000)
    let (attempt, giver) = try #require(blockRequests(peer.effects).first)
    peer.happen(.blocksFetched(attempt, list))
    let liar = try #require(peer.effects.fetches.first { $0.holder != giver })
    let effects = peer.happen(.fetchFailed(liar.attempt, .wrongBlock(40)))
    #expect(effects.logs("differs from the list", level: .warning).count == 1)
    #expect(peer.transfers.first?.state == .active)
    #expect(peer.transfers.first?.holders == 1)
  }

  @Test func `a block list that its own giver contradicts is dropped`() throws {
    var peer = peer([(ann, .ours), (bob, .ours)])
    move(&peer, after: 3_000)
    let (attempt, giver) = try #require(blockRequests(peer.effects).first)
    peer.happen(.blocksFetched(attempt, list))
    let own = try #require(peer.effects.fetches.first { $0.holder == giver })
    let effects = peer.happen(.fetchFailed(own.attempt, .wrongBlock(3)))
    #expect(effects.contains(.useBlocks(file.id, nil)))
    #expect(effects.logs("list of blocks", level: .warning).count == 1)
  }

  @Test func `a block list that two holders contradict is dropped`() throws {
    var peer = peer([(ann, .ours), (bob, .ours), (cid, .ours)])
    move(&peer, after: 3_000)
    let (attempt, giver) = try #require(blockRequests(peer.effects).first)
    peer.happen(.blocksFetched(attempt, list))
    let others = peer.effects.fetches.filter { $0.holder != giver }
    peer.happen(.fetchFailed(others[0].attempt, .wrongBlock(3)))
    let effects = peer.happen(.fetchFailed(others[1].attempt, .wrongBlock(3)))
    #expect(effects.contains(.useBlocks(file.id, nil)))
    #expect(peer.transfers.first?.error?.contains("list of blocks") == true)
  }

  @Test func `a block list that nobody could satisfy does not outlive the round`() throws {
    var peer = peer([(ann, .ours), (bob, .ours)])
    move(&peer, after: 3_000)
    let (attempt, giver) = try #require(blockRequests(peer.effects).first)
    peer.happen(.blocksFetched(attempt, list))
    let others = peer.effects.fetches
    for fetch in others {
      peer.happen(.fetchFailed(fetch.attempt, fetch.holder == giver ? .unreachable("x") : .wrongBlock(3)))
    }
    peer.forgetEffects()
    peer.wait(5_000)
    #expect(!peer.effects.fetches.isEmpty)
    #expect(peer.effects.fetches.allSatisfy { $0.blocks == nil })
  }

  @Test func `a file that does not verify is released, not discarded`() throws {
    var peer = peer([(ann, .ours), (bob, .ours)])
    complete(&peer)
    let effects = peer.verify(file, size: size, verifies: false)
    #expect(effects.contains { if case .release = $0 { true } else { false } })
    #expect(effects.discards == 0)
  }

  @Test func `if the file does not verify, its blocks are compared`() throws {
    var peer = peer([(ann, .ours), (bob, .ours)])
    move(&peer, after: 3_000)
    let (attempt, giver) = try #require(blockRequests(peer.effects).first)
    peer.happen(.blocksFetched(attempt, list))
    let parts = parts(peer)
    let liar = try #require(zip(peer.effects.fetches, parts).first { $0.0.holder != giver })
    complete(&peer)
    #expect(peer.verify(file, size: size, verifies: false).contains(.checkBlocks(file.id, list)))
    let block = Int(liar.1.lowerBound / Self.mebibyte)
    peer.forgetEffects()
    let effects = peer.happen(.blocksChecked(file.id, wrong: [block]))
    #expect(effects.contains(.forgetBytes(file.id, liar.1.lowerBound..<liar.1.lowerBound + Self.mebibyte)))
    #expect(effects.logs("sent 1 block that", level: .warning).count == 1)
    try #require(effects.fetches.map(\.holder) == [giver])
    #expect(effects.fetches.map(\.start) == [liar.1.lowerBound])
    peer.finishFetch(of: file, end: liar.1.lowerBound + Self.mebibyte)
    peer.verify(file, size: size)
    peer.keepArrived()
    #expect(peer.has(file))
  }

  @Test func `without useful block lists each holder has to give the whole file`() throws {
    var peer = peer([(ann, [.raw, .range]), (bob, [.raw, .range])])
    complete(&peer)
    peer.forgetEffects()
    let effects = peer.verify(file, size: size, verifies: false)
    #expect(effects.contains(.abandon(file.id)))
    #expect(peer.effects.fetches.count == 1)
    #expect(peer.effects.fetches[0].start == 0)
    let first = peer.effects.fetches[0].holder
    peer.finishFetch(of: file, end: size)
    peer.verify(file, size: size, verifies: false)
    #expect(peer.effects.fetches.count == 2)
    #expect(peer.effects.fetches[1].holder != first)
    peer.finishFetch(of: file, end: size)
    peer.verify(file, size: size)
    peer.keepArrived()
    #expect(peer.has(file))
  }

  @Test func `every holder's block list is tried before that`() throws {
    var peer = peer([(ann, .ours), (bob, .ours)])
    move(&peer, after: 3_000)
    let (attempt, giver) = try #require(blockRequests(peer.effects).first)
    peer.happen(.blocksFetched(attempt, list))
    complete(&peer)
    peer.verify(file, size: size, verifies: false)
    peer.forgetEffects()
    peer.happen(.blocksChecked(file.id, wrong: []))
    let (second, other) = try #require(blockRequests(peer.effects).first)
    #expect(other != giver)
    peer.happen(.blocksFetched(second, nil))
    #expect(peer.effects.contains(.abandon(file.id)))
  }
}
