import PeerCore

/// Membership and gossip alone, for networks whose whole cores would not fit into memory. Files are only so many bytes
/// of replies. docs/SCALE.md compares it with whole cores where both can be had.
public final class ReducedNetwork {
  private enum Item {
    case start(Int32)
    case gossip(to: Int32, origin: Int32, number: Int32)
    case reply(to: Int32, from: Int32)
    case round(Int32)
    case cleanup(Int32)
    case bootstrap(Int32)
    case release(Int32)
  }

  private let plan: ScalePlan
  private let limits = Limits()
  private let settings = Settings()
  private var random: RandomSource
  private var peers: [ReducedPeer]
  private var isUp: [Bool]
  private var backOff: [Int32]
  private var reunions: [Int32]
  /// The time at which each peer's answers are looked at next; 0 if none wait.
  private var releases: [Int32]
  /// Which gossip each peer has seen, and from whom it has had replies.
  private var seen: [BitSet]
  private var heard: [BitSet]
  /// What happens in each millisecond, in a ring that is longer than anything is planned ahead.
  private var items: [[Item]] = Array(repeating: [], count: 65_536)
  private var now: Int32 = 0
  private var lastGossip: Int32 = 0
  private var messages = 0
  private var bytes = 0
  private let gossipBytes: Int
  private let replyBytes: Int

  public init(_ plan: ScalePlan) {
    self.plan = plan
    random = RandomSource(seed: plan.seed)
    let network = plan.peers + 1
    peers = Array(repeating: ReducedPeer(network: network), count: network)
    isUp = Array(repeating: false, count: network)
    backOff = Array(repeating: 5_000, count: network)
    reunions = Array(repeating: 0, count: network)
    releases = Array(repeating: 0, count: network)
    let gossips = network * (plan.duration / 30 + 12)
    seen = Array(repeating: BitSet(gossips), count: network)
    heard = Array(repeating: BitSet(network), count: network)
    let middle = plan.peers / 2
    let (endpoint, id) = (ScalePlan.endpoint(middle), ScalePlan.id(middle))
    gossipBytes = MessageEncoder.gossip(from: endpoint, peerID: id, id: random.uuid()).count
    replyBytes =
      MessageEncoder.gossipReply(
        from: endpoint, peerID: id, files: (0..<plan.filesOfEach).map { plan.file($0, of: middle) }
      ).count
    for index in 0..<plan.peers {
      put(.start(Int32(index)), at: Int32.random(in: 1..<Int32(ScalePlan.startWindow), using: &random))
    }
  }

  private func put(_ item: Item, at time: Int32) { items[Int(time) & 65_535].append(item) }

  /// - Parameter tell: called at the end of each second.
  public func run(_ tell: (ScaleSample) -> Void) {
    for second in 1...plan.duration {
      for _ in 0..<1_000 {
        now += 1
        if now == ScalePlan.newcomerStart { put(.start(Int32(plan.peers)), at: now) }
        let place = Int(now) & 65_535
        var index = 0
        while index < items[place].count {
          happen(items[place][index])
          index += 1
        }
        items[place] = []
      }
      tell(sample(second))
    }
  }

  private func happen(_ item: Item) {
    switch item {
    case .start(let peer):
      isUp[Int(peer)] = true
      put(.round(peer), at: now + Int32(settings.gossipInterval))
      put(.cleanup(peer), at: now + Int32(settings.cleanupInterval))
      bootstrap(peer)
    case .gossip(let peer, let origin, let number): receiveGossip(peer, origin, number)
    case .reply(let peer, let from): receiveReply(peer, from)
    case .round(let peer):
      put(.round(peer), at: now + Int32(settings.gossipInterval))
      let number = newGossip()
      for other in peers[Int(peer)].choose(settings.gossipFanout, except: peer, &random) {
        send(gossip: number, of: peer, to: other)
      }
    case .cleanup(let peer):
      put(.cleanup(peer), at: now + Int32(settings.cleanupInterval))
      peers[Int(peer)].dropSilent(before: now - Int32(settings.peerTimeout))
    case .bootstrap(let peer): bootstrap(peer)
    case .release(let peer):
      if releases[Int(peer)] == now { release(peer) }
    }
  }

  /// Well-known peers, often until somebody is tracked, and then seldom those that are not tracked.
  private func bootstrap(_ peer: Int32) {
    let wellKnown = (0..<Int32(min(plan.peers, ScalePlan.wellKnown))).filter {
      $0 != peer && !peers[Int(peer)].tracks($0)
    }
    if let other = wellKnown.randomElement(using: &random) { send(gossip: newGossip(), of: peer, to: other) }
    let isAlone = peers[Int(peer)].count == 0
    put(.bootstrap(peer), at: now + (isAlone ? backOff[Int(peer)] : 30_000 << reunions[Int(peer)]))
    if isAlone {
      backOff[Int(peer)] = min(60_000, 2 * backOff[Int(peer)])
    } else {
      reunions[Int(peer)] = min(2, reunions[Int(peer)] + 1)
    }
  }

  private func newGossip() -> Int32 {
    lastGossip += 1
    return lastGossip
  }

  // MARK: Messages

  private func arrival() -> Int32 {
    messages += 1
    return now + Int32(Int.random(in: ScalePlan.latency, using: &random))
  }

  private func send(gossip number: Int32, of origin: Int32, to peer: Int32) {
    bytes += gossipBytes
    put(.gossip(to: peer, origin: origin, number: number), at: arrival())
  }

  private func receiveGossip(_ peer: Int32, _ origin: Int32, _ number: Int32) {
    guard isUp[Int(peer)], seen[Int(peer)].insert(Int(number)), origin != peer else { return }
    peers[Int(peer)].note(origin, at: now, limit: limits.peers)
    peers[Int(peer)].reply(to: origin, limits)
    for other in peers[Int(peer)].choose(settings.gossipFanout, except: origin, &random) {
      peers[Int(peer)].forward(number, of: origin, to: other, limits)
    }
    release(peer)
  }

  private func receiveReply(_ peer: Int32, _ from: Int32) {
    guard isUp[Int(peer)] else { return }
    peers[Int(peer)].note(from, at: now, limit: limits.peers)
    _ = heard[Int(peer)].insert(Int(from))
  }

  private func release(_ peer: Int32) {
    for (other, answer) in peers[Int(peer)].release(at: now, limits) {
      switch answer {
      case .reply:
        bytes += replyBytes
        put(.reply(to: other, from: peer), at: arrival())
      case .forward(let origin, let number): send(gossip: number, of: origin, to: other)
      }
    }
    let next = peers[Int(peer)].nextRelease(after: now, limits) ?? 0
    guard next != releases[Int(peer)] else { return }
    releases[Int(peer)] = next
    if next > now { put(.release(peer), at: next) }
  }

  private func sample(_ second: Int) -> ScaleSample {
    defer { (messages, bytes) = (0, 0) }
    let count = Double(plan.peers)
    let newcomer = Int32(plan.peers)
    var sample = ScaleSample(second: second)
    for index in 0..<plan.peers {
      let knows = peers[index].tracks(newcomer)
      sample.members += Double(peers[index].count - (knows ? 1 : 0)) / max(1, count - 1)
      // Its own files, and those of everybody who has told it.
      sample.catalogue += Double(heard[index].count + 1) / count
      sample.newcomer += knows ? 1 : 0
    }
    sample.members /= count
    sample.catalogue = min(1, sample.catalogue / count)
    sample.newcomer /= count
    sample.messages = Double(messages) / count
    sample.bytes = Double(bytes) / count
    return sample
  }
}

/// A set of small numbers.
private struct BitSet {
  private var words: [UInt64]
  private(set) var count = 0

  init(_ size: Int) { words = [UInt64](repeating: 0, count: size / 64 + 1) }

  /// - Returns: whether it was new.
  mutating func insert(_ number: Int) -> Bool {
    let bit: UInt64 = 1 << UInt64(number % 64)
    guard words[number / 64] & bit == 0 else { return false }
    words[number / 64] |= bit
    count += 1
    return true
  }
}
