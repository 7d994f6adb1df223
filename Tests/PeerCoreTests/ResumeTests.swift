import Testing

@testable import PeerCore

/// PROTOCOL.md, "Extension": a download goes on where it was.
@Suite struct ResumeTests: SwarmFixture {
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
}
