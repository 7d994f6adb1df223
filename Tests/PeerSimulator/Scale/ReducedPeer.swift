import DequeModule
import PeerCore

/// What remains of a peer where only membership counts: whom it tracks, in the order in which they were last heard
/// from, and what it has yet to answer.
///
/// Its rules are those of `Membership`, `GossipHandling` and `Outbox`; its tables are made for millions.
struct ReducedPeer {
  // MARK: Tracked peers

  /// A place in the arrays below, for each tracked peer; chained from the longest silent to the latest heard.
  private(set) var ids: [Int32] = []
  private var lastSeen: [Int32] = []
  private var before: [Int16] = []
  private var after: [Int16] = []
  private var oldest: Int16 = -1
  private var newest: Int16 = -1
  /// The place of each peer of the network; -1 for one that is not tracked.
  private var places: [Int16]

  init(network: Int) { places = [Int16](repeating: -1, count: network) }

  var count: Int { ids.count }
  func tracks(_ peer: Int32) -> Bool { places[Int(peer)] >= 0 }

  /// That peer was just heard from.
  mutating func note(_ peer: Int32, at time: Int32, limit: Int) {
    let place = places[Int(peer)]
    if place >= 0 {
      unchain(place)
      lastSeen[Int(place)] = time
      return chain(place)
    }
    if ids.count >= limit { dropOldest() }
    places[Int(peer)] = Int16(ids.count)
    ids.append(peer)
    lastSeen.append(time)
    before.append(-1)
    after.append(-1)
    chain(Int16(ids.count - 1))
  }

  /// Drops the peers that were last heard from before that time.
  mutating func dropSilent(before time: Int32) {
    while oldest >= 0, lastSeen[Int(oldest)] < time { dropOldest() }
  }

  private mutating func dropOldest() {
    let place = oldest
    unchain(place)
    places[Int(ids[Int(place)])] = -1
    let last = Int16(ids.count - 1)
    if place != last { move(last, to: place) }
    ids.removeLast()
    lastSeen.removeLast()
    before.removeLast()
    after.removeLast()
  }

  private mutating func move(_ from: Int16, to: Int16) {
    let (source, target) = (Int(from), Int(to))
    ids[target] = ids[source]
    lastSeen[target] = lastSeen[source]
    before[target] = before[source]
    after[target] = after[source]
    places[Int(ids[target])] = to
    if before[target] >= 0 { after[Int(before[target])] = to } else { oldest = to }
    if after[target] >= 0 { before[Int(after[target])] = to } else { newest = to }
  }

  private mutating func chain(_ place: Int16) {
    before[Int(place)] = newest
    after[Int(place)] = -1
    if newest >= 0 { after[Int(newest)] = place } else { oldest = place }
    newest = place
  }

  private mutating func unchain(_ place: Int16) {
    let (previous, next) = (before[Int(place)], after[Int(place)])
    if previous >= 0 { after[Int(previous)] = next } else { oldest = next }
    if next >= 0 { before[Int(next)] = previous } else { newest = previous }
  }

  /// Different tracked peers, by chance.
  func choose(_ count: Int, except: Int32, _ random: inout RandomSource) -> [Int32] {
    let most = ids.count - (tracks(except) ? 1 : 0)
    guard most > count else { return ids.filter { $0 != except } }
    var chosen: [Int32] = []
    while chosen.count < count {
      let peer = ids[Int.random(in: 0..<ids.count, using: &random)]
      if peer != except, !chosen.contains(peer) { chosen.append(peer) }
    }
    return chosen
  }

  // MARK: Answers

  struct Destination {
    var wantsReply = false
    var repliedLast = false
    var forwards: [(origin: Int32, gossip: Int32)] = []
    var isWaiting: Bool { wantsReply || !forwards.isEmpty }
  }

  enum Answer {
    case reply
    case forward(origin: Int32, gossip: Int32)
  }

  private var destinations: [Int32: Destination] = [:]
  /// Those that may be answered now.
  private var ready: Deque<Int32> = []
  /// Those that were answered less than `Limits.answerInterval` ago.
  private var cooling: Deque<(peer: Int32, until: Int32)> = []
  private(set) var waiting = 0
  private var tokens = 0.0
  private var refilled: Int32 = 0

  mutating func reply(to peer: Int32, _ limits: Limits) {
    if destinations[peer]?.wantsReply == true { return }
    guard waiting < limits.waitingAnswers else { return }
    enter(peer)
    destinations[peer]?.wantsReply = true
    waiting += 1
  }

  mutating func forward(_ gossip: Int32, of origin: Int32, to peer: Int32, _ limits: Limits) {
    guard waiting < limits.waitingAnswers else { return }
    enter(peer)
    destinations[peer]?.forwards.append((origin, gossip))
    waiting += 1
    if let count = destinations[peer]?.forwards.count, count > 8 {
      destinations[peer]?.forwards.removeFirst()
      waiting -= 1
    }
  }

  private mutating func enter(_ peer: Int32) {
    guard destinations[peer] == nil else { return }
    destinations[peer] = Destination()
    ready.append(peer)
  }

  mutating func release(at time: Int32, _ limits: Limits) -> [(to: Int32, answer: Answer)] {
    while let first = cooling.first, first.until <= time {
      cooling.removeFirst()
      if destinations[first.peer]?.isWaiting == true {
        ready.append(first.peer)
      } else {
        destinations[first.peer] = nil
      }
    }
    tokens = min(
      Double(limits.answerBurst), tokens + Double(time - refilled) / 1_000 * Double(limits.answersPerSecond))
    refilled = time
    var released: [(to: Int32, answer: Answer)] = []
    while tokens >= 1, let peer = ready.popFirst(), let answer = take(peer) {
      tokens -= 1
      cooling.append((peer, time + Int32(limits.answerInterval)))
      released.append((peer, answer))
    }
    return released
  }

  private mutating func take(_ peer: Int32) -> Answer? {
    guard var destination = destinations[peer], destination.isWaiting else { return nil }
    waiting -= 1
    let isItemsTurn = destination.repliedLast && !destination.forwards.isEmpty
    destination.repliedLast = destination.wantsReply && !isItemsTurn
    defer { destinations[peer] = destination }
    if destination.repliedLast {
      destination.wantsReply = false
      return .reply
    }
    let (origin, gossip) = destination.forwards.removeFirst()
    return .forward(origin: origin, gossip: gossip)
  }

  /// When something may go; `nil` while nothing waits.
  func nextRelease(after time: Int32, _ limits: Limits) -> Int32? {
    guard waiting > 0 else { return nil }
    let earliest = ready.isEmpty ? cooling.first?.until ?? time : time
    let wait = tokens >= 1 ? 0 : Int32(1_000 / limits.answersPerSecond) + 1
    return max(earliest, time + wait)
  }
}
