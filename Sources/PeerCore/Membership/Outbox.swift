import DequeModule
import OrderedCollections

/// Holds back what a stranger's message makes us send (PROTOCOL.md, "Protection": GOSSIP makes us connect to an address
/// that a stranger chose). It lets out one message to a destination in `Limits.answerInterval`, `answersPerSecond` in
/// all, and `answerBytesPerSecond` of replies. What exceeds that waits, within bounds, or is dropped and counted.
struct Outbox {
  enum Item: Equatable {
    /// A GOSSIP that is passed on, as it is.
    case message([UInt8])
    /// A GOSSIP of our own, which is made when its turn comes.
    case greeting
    case delete(FileID)
  }

  /// What is let out.
  enum Release: Equatable {
    /// A GOSSIP_REPLY, which is made when its turn comes, so that it is up to date.
    case reply
    case item(Item)
  }

  private struct Destination {
    var wantsReply = false
    /// Whether a reply was the last to go. Replies and items take turns: a peer that gossips faster than it may be
    /// answered always waits for a reply, and would otherwise never get anything else.
    var repliedLast = false
    var items: Deque<Item> = []
    var nextTime: Int64 = 0
    var isWaiting: Bool { wantsReply || !items.isEmpty }
  }

  /// The most items that wait for one destination. Gossip that is older than so many others is of no use.
  private static let itemsPerDestination = 8

  private let limits: Limits
  private var destinations: OrderedDictionary<Endpoint, Destination> = [:]
  /// How many messages wait for their turn.
  private(set) var waiting = 0
  private var budget: TokenBucket
  private var replyBudget: TokenBucket
  /// How many messages were dropped since the number was last taken.
  private var dropped = 0

  init(limits: Limits) {
    self.limits = limits
    budget = TokenBucket(perSecond: limits.answersPerSecond, burst: limits.answerBurst)
    replyBudget = TokenBucket(perSecond: limits.answerBytesPerSecond, burst: limits.answerBytesBurst)
  }

  mutating func reply(to endpoint: Endpoint) {
    if destinations[endpoint]?.wantsReply == true { return }
    guard waiting < limits.waitingAnswers else {
      dropped += 1
      return
    }
    destinations[endpoint, default: Destination()].wantsReply = true
    waiting += 1
  }

  mutating func enqueue(_ item: Item, to endpoint: Endpoint) {
    guard waiting < limits.waitingAnswers else {
      dropped += 1
      return
    }
    // A peer that goes on listing a deleted file has one DELETE waiting at a time.
    if destinations[endpoint]?.items.contains(item) == true { return }
    destinations[endpoint, default: Destination()].items.append(item)
    waiting += 1
    if destinations[endpoint]!.items.count > Self.itemsPerDestination {
      destinations[endpoint]!.items.removeFirst()
      waiting -= 1
      dropped += 1
    }
  }

  /// Lets out what may go now, in the order in which destinations began to wait. One that was served goes to the end,
  /// so that many busy ones cannot starve the others.
  ///
  /// - Parameter replyBytes: bytes of a GOSSIP_REPLY, as far as is known.
  mutating func release(at uptime: Int64, replyBytes: Int) -> [(to: Endpoint, what: Release)] {
    guard !destinations.isEmpty else { return [] }
    budget.refill(at: uptime)
    replyBudget.refill(at: uptime)
    var released: [(to: Endpoint, what: Release)] = []
    for index in destinations.values.indices where budget.hasToken {
      guard let what = take(index, at: uptime) else { continue }
      budget.spend()
      if what == .reply { replyBudget.spend(replyBytes) }
      released.append((destinations.keys[index], what))
    }
    for (served, _) in released { destinations[served] = destinations.removeValue(forKey: served) }
    destinations.removeAll { !$0.value.isWaiting && $0.value.nextTime <= uptime }
    return released
  }

  private mutating func take(_ index: Int, at uptime: Int64) -> Release? {
    let destination = destinations.values[index]
    guard destination.isWaiting, destination.nextTime <= uptime,
      replyBudget.hasToken || !destination.items.isEmpty
    else { return nil }
    destinations.values[index].nextTime = uptime + limits.answerInterval
    waiting -= 1
    let itemsTurn = !destination.items.isEmpty && (destination.repliedLast || !replyBudget.hasToken)
    destinations.values[index].repliedLast = destinations.values[index].wantsReply && !itemsTurn
    if destinations.values[index].repliedLast {
      destinations.values[index].wantsReply = false
      return .reply
    }
    return .item(destinations.values[index].items.removeFirst())
  }

  /// Whether there are no more destinations than those that wait for their turn, and those that were served within the
  /// last `Limits.answerInterval`.
  var isWithinBounds: Bool {
    let served =
      Int64(limits.answerBurst) + Int64(limits.answersPerSecond) * (limits.answerInterval / 1000 + 1)
    return waiting <= limits.waitingAnswers && Int64(destinations.count) <= Int64(waiting) + served
  }

  /// The `uptime` at which something may go next; `nil` while nothing waits.
  func nextRelease(after uptime: Int64) -> Int64? {
    let nextReply = uptime + replyBudget.wait
    let earliest = destinations.values.lazy.filter(\.isWaiting)
      .map { $0.items.isEmpty ? max($0.nextTime, nextReply) : $0.nextTime }.min()
    guard let earliest else { return nil }
    return max(earliest, uptime + budget.wait)
  }

  mutating func takeDropped() -> Int {
    defer { dropped = 0 }
    return dropped
  }
}
