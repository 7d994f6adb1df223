@testable import PeerCore

/// A file of 64 MiB, and peers that may give it.
protocol SwarmFixture {}

extension SwarmFixture {
  static var mebibyte: UInt64 { 1 << 20 }
  var ann: Other { Other(1) }
  var bob: Other { Other(2) }
  var cid: Other { Other(3) }

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
}
