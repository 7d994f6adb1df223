import Testing

@testable import PeerCore

/// docs/GUIDE.md: the queue of downloads, its slots and limits.
@Suite struct DownloadQueueTests {
  let ann = Other(1)

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
}
