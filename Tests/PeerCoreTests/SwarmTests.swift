import Testing

@testable import PeerCore

/// PROTOCOL.md: Extension (several holders at once, resuming, block lists).
@Suite struct SwarmTests {
  static let mebibyte: UInt64 = 1 << 20
  let ann = Other(1)
  let bob = Other(2)
  let cid = Other(3)

  var size: UInt64 { 64 * Self.mebibyte }

  var file: FileEntry {
    var entry = FileEntry.file(1)
    entry.sizeBytes = size
    return entry
  }

  /// A peer that has begun to fetch a file of 64 MiB from holders with these features.
  func peer(_ holders: [(Other, Features)], begins: Bool = true, limits: Limits = Limits()) -> Peer {
    var peer = Peer(limits: limits) { $0.peerTimeout = 10_000_000 }
    for (other, features) in holders { peer.reply(other, [file], features: features) }
    peer.forgetEffects()
    if begins { _ = peer.command(.get(file.id)) }
    return peer
  }

  /// What is asked, as ranges, with those that were shortened as they are now.
  func parts(_ peer: Peer) -> [Range<UInt64>] {
    var ends: [AttemptID: UInt64] = [:]
    for case .shorten(let attempt, let end) in peer.effects { ends[attempt] = end }
    return peer.effects.fetches.map { $0.start..<(ends[$0.attempt] ?? $0.end ?? size) }
  }

  func covers(_ ranges: [Range<UInt64>]) -> Bool { RangeSet(ranges) == RangeSet(0..<size) }

  // MARK: Sharing

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
    var limits = Limits()
    limits.holdersAtOnce = 2
    let peer = peer([(ann, .ours), (bob, .ours), (cid, .ours)], limits: limits)
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

  // MARK: Resuming

  @Test func `what is here is not fetched again`() {
    var peer = peer([(ann, .ours)], begins: false)
    _ = peer.command(.get(file.id))
    _ = peer.command(.pause(file.id))
    peer.forgetEffects()
    peer.leftBehind[file.id] = (size, RangeSet([0..<(3 * Self.mebibyte), (8 * Self.mebibyte)..<size]))
    _ = peer.command(.resume(file.id))
    #expect(peer.effects.fetches.map(\.start) == [3 * Self.mebibyte])
    #expect(peer.effects.fetches.map(\.end) == [8 * Self.mebibyte])
    #expect(peer.transfers.first?.bytes == size - 5 * Self.mebibyte)
  }

  @Test func `a new download is asked for at once, before its partial file is open`() {
    let peer = peer([(ann, .ours)])
    #expect(peer.effects.fetches.map(\.start) == [0])
    #expect(!peer.effects.contains(.open(file.id)))
  }

  @Test func `the queue goes on after a restart`() {
    let stored = [1, 2, 3].map { StoredFile(entry: .file($0), copy: nil, firstSeen: 0) }
    var peer = Peer(
      files: stored,
      wanted: [
        WantedFile(id: FileID(2), rank: 1), WantedFile(id: FileID(1), rank: 2, priority: .high),
        WantedFile(id: FileID(3), rank: 3, isPaused: true), WantedFile(id: FileID(9), rank: 4),
      ])
    #expect(peer.transfers.map(\.file) == [FileID(1), FileID(2), FileID(3)])
    #expect(peer.transfers.map(\.state) == [.queued, .queued, .paused])
    #expect(peer.effects.changes.contains(.unwant(FileID(9))))
    peer.reply(ann, [.file(1), .file(2), .file(3)])
    #expect(peer.effects.fetches.map(\.entry.id) == [FileID(1), FileID(2)])
  }

  /// Anybody may have listed what we want with any size since we began to want it.
  @Test func `a size that cannot be is not believed after a restart`() {
    var file = FileEntry.file(1)
    file.sizeBytes = .max
    let here = FileEntry.ours(2)
    var peer = Peer(
      files: [
        StoredFile(entry: file, copy: nil, firstSeen: 0),
        StoredFile(entry: here, copy: LocalCopy(storedName: "x", size: 17, modified: 0), firstSeen: 0),
      ],
      wanted: [WantedFile(id: file.id, rank: 1)]
    ) { $0.quota = 100 }
    peer.reply(ann, [file])
    #expect(peer.state.pushAllowance?.file == 83)
    peer.completeFetch(of: file)
    #expect(peer.has(file))
  }

  @Test func `what is wanted is remembered`() {
    var peer = peer([(ann, .ours)])
    #expect(peer.effects.changes.contains(.want(WantedFile(id: file.id, rank: 1))))
    _ = peer.command(.pause(file.id))
    #expect(peer.effects.changes.contains(.want(WantedFile(id: file.id, rank: 1, isPaused: true))))
    _ = peer.command(.cancel(file.id))
    #expect(peer.effects.changes.last == .unwant(file.id))
  }

  @Test func `pausing keeps what has come`() {
    var peer = peer([(ann, .ours)])
    peer.happen(.fetchProgress(peer.effects.fetches[0].attempt, position: 9, size: size))
    _ = peer.command(.pause(file.id))
    #expect(peer.effects.contains(.park(file.id)))
    #expect(!peer.effects.contains(.abandon(file.id)))
    #expect(peer.transfers.first?.bytes == 9)
  }

  // MARK: Wrong bytes

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

  // MARK: Order, limits

  @Test func `the queue can be reordered`() {
    var peer = Peer()
    for number in 1...4 {
      peer.announce(nil, .file(number))
      _ = peer.command(.get(FileID(number)))
    }
    func order(_ peer: Peer) -> [Int] {
      peer.transfers.map { view in (1...4).first { FileID($0) == view.file } ?? 0 }
    }
    _ = peer.command(.move(FileID(4), .first))
    #expect(order(peer) == [4, 1, 2, 3])
    _ = peer.command(.move(FileID(1), .down))
    #expect(order(peer) == [4, 2, 1, 3])
    _ = peer.command(.move(FileID(3), .up))
    #expect(order(peer) == [4, 2, 3, 1])
    _ = peer.command(.move(FileID(4), .last))
    #expect(order(peer) == [2, 3, 1, 4])
    _ = peer.command(.prioritise(FileID(4), .high))
    _ = peer.command(.prioritise(FileID(2), .low))
    #expect(order(peer) == [4, 3, 1, 2])
    _ = peer.command(.move(FileID(2), .up))
    #expect(order(peer) == [4, 3, 1, 2])
    peer.reply(ann, (1...4).map { .file($0) })
    #expect(peer.effects.fetches.map(\.entry.id) == [4, 3, 1].map { FileID($0) })
    let unknown = peer.command(.move(FileID(9), .up))
    #expect(unknown?.isDone == false)
  }

  @Test func `slots and limits can be changed`() {
    var peer = Peer()
    peer.reply(ann, (1...4).map { .file($0) })
    for number in 1...4 { _ = peer.command(.get(FileID(number))) }
    #expect(peer.effects.fetches.count == 3)
    _ = peer.command(.slots(.down, 4))
    #expect(peer.effects.fetches.count == 4)
    #expect(peer.snapshot.slotsDown == 4)
    let none = peer.command(.slots(.up, 0))
    #expect(none?.isDone == false)
    _ = peer.command(.limit(.up, bytesPerSecond: 20_000))
    #expect(
      peer.effects.last { if case .limit = $0 { true } else { false } } == .limit(.up, bytesPerSecond: 20_000)
    )
    #expect(peer.snapshot.limitUp == 20_000)
    let slow = peer.command(.limit(.down, bytesPerSecond: 1))
    #expect(slow?.isDone == false)
    #expect(peer.snapshot.limitDown == nil)
  }

  // MARK: Serving

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

  @Test func `a peer that does not live up to its features is asked plainly`() {
    var peer = peer([(ann, .ours)])
    #expect(peer.effects.fetches[0].features == .ours)
    peer.failFetch(.stalled(seconds: 15))
    peer.wait(5_000)
    #expect(peer.effects.fetches[1].features == [])
  }
}
