import Testing

@testable import PeerCore

/// docs/adr/0004: a run is its seed. Two states in one process prove less than two processes: the standard
/// library seeds its hashes anew in each process, so an order of iteration that reached an effect could still
/// agree here. Each run therefore prints the digest of its effects, to be compared with another process's.
@Suite struct DeterminismTests {
  /// A few thousand events of every kind that others and the shell can cause, from one seed.
  static func run(seed: UInt64, steps: Int) -> [Effect] {
    var random = RandomSource(seed: seed)
    var peer = Peer(seed: seed) {
      $0.autoFetch = 3
      $0.bootstrap = BootstrapTests.wellKnown
      $0.trustDeletes = .any
    }
    for _ in 0..<steps { step(&peer, &random) }
    return peer.effects
  }

  private static func step(_ peer: inout Peer, _ random: inout RandomSource) {
    func pick(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
    let other = Other(pick(1..<12))
    let file = Other(pick(1..<12)).file(pick(0..<40))
    switch pick(0..<16) {
    case 0, 1: peer.gossip(other)
    case 2, 3: peer.reply(other, (0..<pick(0..<20)).map { _ in Other(pick(1..<12)).file(pick(0..<40)) })
    case 4: peer.announce(other.id, file)
    case 5: if pick(0..<4) == 0 { peer.delete(file, by: PeerID(file.owner), at: other.endpoint.host) }
    case 6: peer.request(file.id, from: other.endpoint.host)
    case 7: peer.push(file, verifies: pick(0..<3) > 0)
    case 8: _ = peer.command(.get(file.id))
    case 9: peer.failFetch()
    case 10: if let fetch = peer.effects.fetches.last { peer.completeFetch(of: fetch.entry) }
    case 11: if let upload = peer.effects.serves.last { peer.happen(.uploadEnded(upload, nil)) }
    case 12: _ = peer.command(pick(0..<2) == 0 ? .pause(file.id) : .forget(file.id))
    case 13: peer.reply(Other(id: "named \(pick(0..<5))", at: "h\(pick(0..<5)).example:9000"), [file])
    case 14: peer.happen(.resolved(host: "h\(pick(0..<5)).example", addresses: ["10.8.0.\(pick(0..<5))"]))
    default: peer.wait(Int64(pick(1..<15_000)))
    }
  }

  /// FNV-1a of the effects as text, which is the same in every process.
  static func digest(_ effects: [Effect]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in effects.map({ "\($0)" }).joined(separator: "\n").utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return String(hash, radix: 16)
  }

  @Test(arguments: [1, 2, 3]) func `the same seed gives the same effects`(seed: UInt64) {
    let first = Self.run(seed: seed, steps: 1_500)
    #expect(first.count > 1_500)
    #expect(Self.run(seed: seed, steps: 1_500) == first)
    print("effects of seed \(seed): \(Self.digest(first))")
  }

  @Test func `another seed gives other effects`() {
    #expect(Self.run(seed: 1, steps: 200) != Self.run(seed: 2, steps: 200))
  }

  @Test func `UUIDs are random ones, of version 4`() {
    var random = RandomSource(seed: 7)
    let ids = (0..<100).map { _ in random.uuid() }
    #expect(Set(ids).count == 100)
    #expect(ids.allSatisfy { $0.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12] })
    #expect(ids.allSatisfy { "89ab".contains($0.split(separator: "-")[3].first!) })
  }
}
