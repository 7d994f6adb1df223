import Testing

@testable import PeerCore

/// PROTOCOL.md, "Extension": several holders give one file.
@Suite struct SwarmTests: SwarmFixture {
  @Test func `holders with the extension share the work on a file`() {
    let peer = peer([(ann, .ours), (bob, .ours), (cid, .ours)])
    #expect(Set(peer.effects.fetches.map(\.holder)) == [ann.endpoint, bob.endpoint, cid.endpoint])
    #expect(covers(parts(peer)))
    #expect(parts(peer).reduce(0) { $0 + UInt64($1.count) } == size)
    #expect(parts(peer).allSatisfy { $0.lowerBound % Self.mebibyte == 0 })
    #expect(peer.transfers.first?.holders == 3)
  }

  @Test func `a single holder is asked for the whole file`() {
    let peer = peer([(ann, .ours)])
    #expect(parts(peer) == [0..<size])
    #expect(peer.effects.fetches[0].end == nil)
  }

  @Test func `no more holders than the limit give one file`() {
    let peer = peer([(ann, .ours), (bob, .ours), (cid, .ours)], limits: Limits { $0.holdersAtOnce = 2 })
    #expect(peer.effects.fetches.count == 2)
  }

  @Test func `a holder that gives only whole files is asked where nobody gives parts`() {
    let mixed = peer([(ann, []), (bob, .ours)])
    #expect(mixed.effects.fetches.map(\.holder) == [bob.endpoint])
    var others = peer([(ann, []), (cid, [])])
    #expect(others.effects.fetches.count == 1)
    others.failFetch()
    #expect(others.effects.fetches.count == 2)
  }

  @Test func `a holder that gives parts takes a share from one that gives the whole file`() {
    var peer = peer([(ann, [])])
    #expect(parts(peer) == [0..<size])
    peer.reply(bob, [file], features: .ours)
    #expect(peer.effects.fetches.map(\.holder) == [ann.endpoint, bob.endpoint])
    #expect(covers(parts(peer)))
    #expect(peer.effects.fetches[1].start > 0)
  }

  @Test func `a holder that is ready takes a share of what the slowest has left`() {
    var peer = peer([(ann, .ours), (bob, .ours)])
    let fetches = peer.effects.fetches
    let first = parts(peer)
    peer.wait(1_000)
    peer.happen(.fetchProgress(fetches[0].attempt, position: Self.mebibyte, size: size))
    peer.happen(.fetchProgress(fetches[1].attempt, position: first[1].upperBound - 1, size: size))
    peer.wait(100)
    peer.finish(fetches[1], of: file, end: first[1].upperBound)
    #expect(peer.effects.fetches.count == 3)
    #expect(peer.effects.fetches[2].holder == fetches[1].holder)
    let now = parts(peer)
    // Much faster, it takes nearly all of the rest.
    #expect(now[0].count < first[0].count / 4)
    #expect(now[0].upperBound == now[2].lowerBound)
    #expect(now[2].upperBound == first[0].upperBound)
  }

  /// A peer that has begun to fetch a file of 1 GiB, with the parts asked for.
  private func largePeer(_ holders: [(Other, Features)]) -> (peer: Peer, file: FileEntry) {
    var large = file
    large.sizeBytes = 1_024 * Self.mebibyte
    var peer = Peer { $0.peerTimeout = 10_000_000 }
    for (other, features) in holders { peer.reply(other, [large], features: features) }
    peer.forgetEffects()
    _ = peer.command(.get(large.id))
    return (peer, large)
  }

  @Test func `a large file comes nearly in its order`() {
    var (peer, large) = largePeer([(ann, .ours), (bob, .ours)])
    let fetches = peer.effects.fetches
    #expect(fetches.map(\.start) == [0, 64 * Self.mebibyte])
    #expect(fetches.map(\.end) == [64 * Self.mebibyte, 128 * Self.mebibyte])
    peer.finish(fetches[1], of: large, end: 128 * Self.mebibyte)
    peer.finish(fetches[0], of: large, end: 64 * Self.mebibyte)
    #expect(peer.effects.fetches.map(\.start).suffix(2) == [128 * Self.mebibyte, 192 * Self.mebibyte])
  }

  @Test func `a holder that gives only whole files goes on with its half of a large one`() {
    var (peer, large) = largePeer([(ann, [])])
    peer.reply(bob, [large], features: .ours)
    #expect(peer.effects.fetches[1].start > 500 * Self.mebibyte)
    #expect(!peer.effects.contains(.shorten(peer.effects.fetches[0].attempt, to: 64 * Self.mebibyte)))
  }

  @Test func `a part that keeps the hash waiting is taken over by a much faster holder`() {
    var (peer, large) = largePeer([(ann, .ours), (bob, .ours)])
    let fetches = peer.effects.fetches
    peer.wait(1_000)
    peer.happen(.fetchProgress(fetches[0].attempt, position: Self.mebibyte, size: large.sizeBytes))
    peer.happen(.fetchProgress(fetches[1].attempt, position: 127 * Self.mebibyte, size: large.sizeBytes))
    peer.finish(fetches[1], of: large, end: 128 * Self.mebibyte)
    let last = peer.effects.fetches.last
    #expect(last?.holder == fetches[1].holder)
    #expect(last.map { $0.start < 8 * Self.mebibyte } == true)
    #expect(last?.end == 64 * Self.mebibyte)
  }

  @Test func `nothing is taken over from a holder that is as fast`() {
    var (peer, large) = largePeer([(ann, .ours), (bob, .ours)])
    let fetches = peer.effects.fetches
    peer.wait(1_000)
    peer.happen(.fetchProgress(fetches[0].attempt, position: 32 * Self.mebibyte, size: large.sizeBytes))
    peer.happen(.fetchProgress(fetches[1].attempt, position: 127 * Self.mebibyte, size: large.sizeBytes))
    peer.finish(fetches[1], of: large, end: 128 * Self.mebibyte)
    #expect(peer.effects.fetches.last?.start == 128 * Self.mebibyte)
  }

  @Test func `the last blocks are asked for twice if their holder is slow`() {
    var peer = peer([(ann, .ours), (bob, .ours)])
    let fetches = peer.effects.fetches
    let first = parts(peer)
    peer.wait(10_000)
    let last = first[0].upperBound - Self.mebibyte
    peer.happen(.fetchProgress(fetches[0].attempt, position: last, size: size))
    peer.wait(50)
    peer.happen(.fetchProgress(fetches[0].attempt, position: last, size: size))
    peer.wait(60_000)
    peer.happen(.fetchProgress(fetches[0].attempt, position: last + 1, size: size))
    peer.finish(fetches[1], of: file, end: first[1].upperBound)
    #expect(parts(peer).last == last..<first[0].upperBound)
    let effects = peer.finish(peer.effects.fetches[2], of: file, end: first[0].upperBound)
    #expect(effects.contains(.cancelFetch(fetches[0].attempt)))
    #expect(effects.contains(.verify(file.id, timestamps: [file.timestamp])))
  }

  @Test func `a small file is asked of one holder`() {
    var small = FileEntry.file(2)
    small.sizeBytes = 2_300
    var peer = Peer()
    for other in [ann, bob] { peer.reply(other, [small], features: .ours) }
    _ = peer.command(.get(small.id))
    peer.reply(cid, [small], features: .ours)
    #expect(peer.effects.fetches.count == 1)
    // Unless it keeps us waiting.
    peer.wait(300)
    peer.reply(cid, [small], features: .ours)
    #expect(peer.effects.fetches.count == 2)
  }

  @Test func `what a lost holder has given is kept`() {
    var peer = peer([(ann, .ours), (bob, .ours)])
    let fetches = peer.effects.fetches
    let first = parts(peer)
    peer.happen(.fetchProgress(fetches[0].attempt, position: 5 * Self.mebibyte, size: size))
    peer.happen(.fetchFailed(fetches[0].attempt, .reset("gone")))
    peer.finish(fetches[1], of: file, end: first[1].upperBound)
    #expect(peer.effects.fetches.last?.start == 5 * Self.mebibyte)
    #expect(peer.effects.fetches.last?.holder == fetches[1].holder)
  }

  @Test func `a holder that tells another size fails, and the others go on`() {
    var peer = peer([(ann, .ours), (bob, .ours)])
    let fetches = peer.effects.fetches
    peer.happen(.fetchProgress(fetches[1].attempt, position: fetches[1].start + 5, size: size))
    let effects = peer.happen(.fetchProgress(fetches[0].attempt, position: 0, size: size + 1))
    #expect(effects.contains(.cancelFetch(fetches[0].attempt)))
    #expect(effects.logs("the file has", level: .warning).count == 1)
    #expect(peer.transfers.first?.state == .active)
  }

  @Test func `a hint of the size gives way to the first holder that tells it`() {
    var wrong = file
    wrong.sizeBytes = 5
    var peer = Peer()
    peer.reply(ann, [wrong], features: .ours)
    _ = peer.command(.get(file.id))
    peer.happen(.fetchProgress(peer.effects.fetches[0].attempt, position: 7, size: size))
    #expect(peer.transfers.first?.total == size)
  }

  @Test func `a holder that alone has another file is spared for that`() {
    for seed in 1...8 as ClosedRange<UInt64> {
      var peer = Peer(seed: seed) { $0.downloads = 1 }
      peer.reply(ann, [.file(1), .file(2)])
      peer.reply(bob, [.file(1)])
      _ = peer.command(.get(FileID(1)))
      _ = peer.command(.get(FileID(2)))
      peer.failFetch(.notHeld)
      peer.failFetch(.notHeld)
      peer.forgetEffects()
      // Both are asked again; the second still waits, and only ann has it.
      _ = peer.command(.move(FileID(2), .last))
      _ = peer.command(.pause(FileID(2)))
      _ = peer.command(.resume(FileID(2)))
      _ = peer.command(.resume(FileID(1)))
      #expect(peer.effects.fetches.allSatisfy { $0.entry.id != FileID(1) || $0.holder == bob.endpoint })
    }
  }

  @Test func `a peer that does not live up to its features is asked plainly`() {
    var peer = peer([(ann, .ours)])
    #expect(peer.effects.fetches[0].features == .ours)
    peer.failFetch(.stalled(seconds: 15))
    peer.wait(5_000)
    #expect(peer.effects.fetches[1].features == [])
  }
}
