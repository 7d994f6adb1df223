import Testing

@testable import PeerCore

/// PROTOCOL.md: Transfers (downloads).
@Suite struct DownloadTests {
  let ann = Other(1)
  let bob = Other(2)

  /// A peer that knows `file(1)` at ann's and bob's.
  func peer(_ configure: (inout Settings) -> Void = { _ in }) -> Peer {
    var peer = Peer {
      $0.peerTimeout = 10_000_000
      configure(&$0)
    }
    peer.reply(ann, [.file(1)])
    peer.reply(bob, [.file(1)])
    peer.forgetEffects()
    return peer
  }

  @Test func `a file is fetched, verified, kept, and only then announced`() {
    var peer = peer()
    let reply = peer.command(.get(FileID(1)))
    #expect(reply?.isDone == true)
    let fetch = peer.effects.fetches[0]
    #expect([ann.endpoint, bob.endpoint].contains(fetch.holder))
    #expect(peer.record(.file(1))?.state == .fetching)
    peer.happen(.fetchProgress(fetch.attempt, position: 9, size: 17))
    #expect(peer.transfers.first?.bytes == 9)
    #expect(peer.transfers.first?.holders == 1)
    peer.finishFetch(of: .file(1))
    #expect(peer.transfers.first?.state == .verifying)
    peer.verify(.file(1))
    #expect(peer.transfers.first?.state == .verifying)
    #expect(!peer.has(.file(1)))
    #expect(peer.effects.sends(of: .announce).isEmpty)
    peer.keepArrived()
    #expect(peer.has(.file(1)))
    #expect(Set(peer.effects.sends(of: .announce)) == [ann.endpoint, bob.endpoint])
    #expect(peer.transfers.first?.state == .done)
    #expect(peer.record(.file(1))?.entry.owner == "somebody")
    peer.wait(60_000)
    #expect(peer.transfers.isEmpty)
  }

  @Test(
    arguments: [
      .unreachable("x"), .closedWithoutAnswer, .notHeld, .truncated, .stalled(seconds: 15), .tooSlow,
      .malformed("x"), .mismatch, .reset("x"),
    ] as [TransferFailure])
  func `a failure is logged, and the next holder is tried`(failure: TransferFailure) {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    let first = peer.effects.fetches[0].holder
    let effects = peer.failFetch(failure)
    #expect(effects.fetches.map(\.holder) == [first == ann.endpoint ? bob.endpoint : ann.endpoint])
    #expect(effects.logs("failed to give", level: .warning).count == 1)
    peer.completeFetch(of: .file(1))
    #expect(peer.has(.file(1)))
  }

  @Test func `bytes that do not verify are thrown away, and the next holder is tried`() {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    peer.finishFetch(of: .file(1))
    let effects = peer.verify(.file(1), verifies: false)
    #expect(effects.contains(.abandon(FileID(1))))
    #expect(effects.fetches.count == 1)
    #expect(Set(peer.effects.fetches.map(\.holder)).count == 2)
    #expect(effects.keeps.isEmpty)
  }

  @Test func `the timestamp that verified is the one that stays`() {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    let effects = peer.finishFetch(of: .file(1), timestamp: Lexeme(77))
    #expect(
      effects.contains(.verify(FileID(1), timestamps: [FileEntry.file(1).timestamp, Lexeme(77)])))
    peer.verify(.file(1), timestamp: Lexeme(77))
    #expect(peer.effects.keeps.first?.1.timestamp == Lexeme(77))
  }

  @Test func `a float that verified by its integer part goes on as it came`() {
    var peer = Peer()
    var entry = FileEntry.file(1)
    entry.timestamp = Lexeme(json: "1744007783.0")
    peer.reply(ann, [entry])
    _ = peer.command(.get(FileID(1)))
    peer.finishFetch(of: entry)
    peer.verify(entry, timestamp: Lexeme(1_744_007_783))
    peer.keepArrived()
    #expect(peer.record(entry)?.entry.timestamp == entry.timestamp)
  }

  @Test func `rounds are repeated with back-off, and then given up`() {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    var waits: [Int64] = []
    while peer.record(.file(1))?.state == .fetching, waits.count < 20 {
      peer.failFetch()
      peer.failFetch()
      guard let retry = peer.transfers.first?.retryAt else { break }
      waits.append((retry - peer.uptime) / 1000)
      peer.wait(retry - peer.uptime)
    }
    #expect(waits == [5, 10, 20, 40, 80, 160, 300])
    #expect(peer.effects.fetches.count == 16)
    #expect(peer.record(.file(1))?.state == .failed)
    #expect(peer.transfers.first?.state == .failed)
    let again = peer.command(.retry(FileID(1)))
    #expect(again?.isDone == true)
    peer.completeFetch(of: .file(1))
    #expect(peer.has(.file(1)))
    #expect(peer.transfers.count == 1)
  }

  @Test func `without a holder a download waits for one`() {
    var peer = Peer()
    peer.announce(nil, .file(1))
    _ = peer.command(.get(FileID(1)))
    #expect(peer.transfers.first?.state == .queued)
    let effects = peer.reply(ann, [.file(1)])
    #expect(effects.fetches.map(\.holder) == [ann.endpoint])
  }

  private func small(_ number: Int) -> FileEntry {
    var file = FileEntry.file(number)
    file.sizeBytes = Limits().smallFile
    return file
  }

  private func large(_ number: Int) -> FileEntry {
    var file = FileEntry.file(number)
    file.sizeBytes = Limits().smallFile + 1
    return file
  }

  @Test func `small files share a slot, and large ones do not`() {
    var peer = Peer { $0.downloads = 2 }
    peer.reply(ann, (1...20).map(small) + [large(21), large(22)], features: .ours)
    _ = peer.command(.get(FileID(21)))
    for number in 1...20 { _ = peer.command(.get(FileID(number))) }
    #expect(peer.effects.fetches.map(\.entry.id) == [FileID(21)] + (1...8).map { FileID($0) })
    peer.forgetEffects()
    peer.happen(.fetchFailed(peer.state.downloads[FileID(1)]!.attempts.keys[0], .notHeld))
    #expect(peer.effects.fetches.map(\.entry.id) == [FileID(9)])
  }

  @Test func `small files do not overtake a large one that waits for a slot`() {
    var peer = Peer { $0.downloads = 1 }
    peer.reply(ann, [small(1), large(2), small(3)], features: .ours)
    for number in 1...3 { _ = peer.command(.get(FileID(number))) }
    #expect(peer.effects.fetches.map(\.entry.id) == [FileID(1)])
    peer.happen(.fetchFailed(peer.effects.fetches[0].attempt, .notHeld))
    #expect(peer.effects.fetches.map(\.entry.id) == [FileID(1), FileID(2)])
  }

  @Test func `a small file that waits for its turn at a holder is not asked for twice`() {
    var peer = Peer { $0.peerTimeout = 10_000_000 }
    peer.reply(ann, [small(1), small(2)], features: .ours)
    _ = peer.command(.get(FileID(1)))
    _ = peer.command(.get(FileID(2)))
    peer.reply(bob, [small(1), small(2)], features: .ours)
    peer.forgetEffects()
    peer.wait(2_000)
    peer.reply(bob, [small(1), small(2)], features: .ours)
    #expect(peer.effects.fetches.map(\.entry.id) == [FileID(1)])
    #expect(peer.effects.fetches.map(\.holder) == [bob.endpoint])
  }

  @Test func `only a few downloads run at once`() {
    var peer = Peer()
    peer.reply(ann, (1...5).map { .file($0) })
    for number in 1...5 { _ = peer.command(.get(FileID(number))) }
    #expect(peer.effects.fetches.count == 3)
    peer.completeFetch(of: .file(3))
    #expect(peer.effects.fetches.count == 4)
  }

  @Test func `the least busy holder is asked`() {
    var peer = Peer()
    peer.reply(ann, [.file(1), .file(2)])
    peer.reply(bob, [.file(2)])
    _ = peer.command(.get(FileID(1)))
    _ = peer.command(.get(FileID(2)))
    #expect(peer.effects.fetches.map(\.holder) == [ann.endpoint, bob.endpoint])
  }

  @Test func `pausing stops a download, and resuming begins it again`() {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    _ = peer.command(.pause(FileID(1)))
    #expect(peer.effects.contains(.cancelFetch(peer.effects.fetches[0].attempt)))
    #expect(peer.transfers.first?.state == .paused)
    peer.failFetch(.cancelled)
    peer.wait(600_000)
    #expect(peer.effects.fetches.count == 1)
    _ = peer.command(.resume(FileID(1)))
    #expect(peer.effects.fetches.count == 2)
  }

  @Test func `cancelling forgets the download`() {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    _ = peer.command(.cancel(FileID(1)))
    #expect(peer.transfers.isEmpty)
    #expect(peer.record(.file(1))?.state == .remote)
    #expect(peer.effects.contains(.abandon(FileID(1))))
    let late = peer.received(.file(1))
    let effects = peer.happen(.verified(FileID(1), late))
    #expect(effects.contains(.discard(late.arrival)))
  }

  @Test(arguments: [.diskFull, .disk("x"), .quota(limit: 5)] as [TransferFailure])
  func `a failure that no other holder can help parks the download`(failure: TransferFailure) {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    peer.failFetch(failure)
    #expect(peer.effects.fetches.count == 1)
    #expect(peer.transfers.first?.state == .paused)
    #expect(peer.transfers.first?.error == failure.description)
  }

  @Test func `a holder that sends too much is passed over`() {
    var peer = Peer()
    peer.reply(ann, [.file(1)])
    peer.reply(bob, [.file(1)])
    _ = peer.command(.get(FileID(1)))
    peer.failFetch(.tooLarge(limit: Settings().maxFileSize))
    #expect(Set(peer.effects.fetches.map(\.holder)) == [ann.endpoint, bob.endpoint])
  }

  @Test func `a file beyond the quota parks the download`() {
    var peer = Peer { $0.quota = 5 }
    peer.reply(ann, [.file(1)])
    _ = peer.command(.get(FileID(1)))
    peer.failFetch(.tooLarge(limit: 5))
    #expect(peer.transfers.first?.state == .paused)
    #expect(peer.transfers.first?.error?.contains("--quota") == true)
  }

  @Test func `a full disk while keeping parks the download`() {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    peer.finishFetch(of: .file(1))
    peer.verify(.file(1))
    peer.happen(.keepFailed(peer.effects.keeps[0].0, .diskFull))
    #expect(peer.transfers.first?.state == .paused)
    // All of it is still there, and only has to be kept.
    peer.leftBehind[FileID(1)] = (17, RangeSet(0..<17))
    let effects = peer.happen(.command(.resume(FileID(1)), request: RequestID(99)))
    #expect(effects.fetches.isEmpty)
    #expect(effects.contains(.verify(FileID(1), timestamps: [FileEntry.file(1).timestamp])))
  }

  @Test func `what arrives twice is kept once`() {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    peer.finishFetch(of: .file(1))
    peer.push(.file(1))
    peer.verify(.file(1))
    #expect(peer.effects.keeps.count == 1)
    #expect(peer.effects.discards == 1)
    #expect(peer.effects.contains(.park(FileID(1))))
    peer.keepArrived()
    #expect(peer.has(.file(1)))
    #expect(peer.effects.contains(.abandon(FileID(1))))
    #expect(peer.state.wantedFiles.isEmpty)
  }

  @Test func `what has come unasked is no longer fetched`() {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    let attempt = peer.effects.fetches[0].attempt
    peer.happen(.fetchProgress(attempt, position: 9, size: 17))
    #expect(peer.push(.file(1)).contains(.cancelFetch(attempt)))
    #expect(peer.transfers.first?.state == .verifying)
    #expect(peer.keepArrived().contains(.abandon(FileID(1))))
    #expect(peer.has(.file(1)))
    #expect(peer.effects.fetches.count == 1)
    #expect(peer.transfers.first?.state == .done)
  }

  @Test func `what has come unasked and cannot be kept is fetched after all`() {
    var peer = peer()
    _ = peer.command(.get(FileID(1)))
    let effects = peer.push(.file(1))
    #expect(peer.happen(.keepFailed(effects.keeps[0].0, .diskFull)).fetches.count == 1)
    peer.completeFetch(of: .file(1))
    #expect(peer.has(.file(1)))
  }

  @Test func `what is being kept is not fetched`() {
    var peer = peer()
    peer.push(.file(1))
    #expect(peer.command(.get(FileID(1)))?.isDone == true)
    peer.keepArrived()
    #expect(peer.has(.file(1)))
    #expect(peer.effects.fetches.isEmpty)
  }

  @Test func `what is arriving unasked is fetched only if that comes to nothing`() {
    var peer = peer()
    peer.happen(.pushBegan(FileID(1)))
    #expect(peer.command(.get(FileID(1)))?.isDone == true)
    peer.wait(5_000)
    #expect(peer.effects.fetches.isEmpty)
    #expect(peer.happen(.pushEnded(FileID(1))).fetches.count == 1)
  }

  @Test func `what arrives unasked too slowly is fetched all the same`() {
    var peer = peer()
    peer.happen(.pushBegan(FileID(1)))
    _ = peer.command(.get(FileID(1)))
    peer.wait(Limits().pushPatience - 1)
    #expect(peer.effects.fetches.isEmpty)
    #expect(peer.wait(1).fetches.count == 1)
  }

  // MARK: After the start

  @Test func `after the start a few missing files are fetched, once`() {
    var peer = Peer { $0.autoFetch = 3 }
    peer.share(.ours(9))
    peer.reply(ann, (1...6).map { .file($0) } + [.ours(9)])
    peer.wait(9_999)
    #expect(peer.effects.fetches.isEmpty)
    peer.wait(1)
    #expect(Set(peer.effects.fetches.map(\.entry.id)).count == 3)
    peer.wait(30_000)
    #expect(peer.transfers.count == 3)
  }

  @Test func `what is arriving unasked is not among the files fetched after the start`() {
    var peer = Peer { $0.autoFetch = 3 }
    peer.reply(ann, [.file(1), .file(2)])
    peer.wait(9_000)
    peer.happen(.pushBegan(FileID(1)))
    peer.wait(1_000)
    #expect(peer.effects.fetches.map(\.entry.id) == [FileID(2)])
    peer.wait(30_000)
    #expect(peer.effects.fetches.count == 1)
  }

  @Test func `if no file was known then, they are fetched later`() {
    var peer = Peer { $0.autoFetch = 3 }
    peer.wait(25_000)
    peer.reply(ann, [.file(1)])
    #expect(peer.effects.fetches.count == 1)
    peer.reply(ann, [.file(1), .file(2)])
    #expect(peer.effects.fetches.count == 1)
  }
}
