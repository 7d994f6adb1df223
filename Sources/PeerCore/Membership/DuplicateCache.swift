import DequeModule

/// Remembers the ids of GOSSIPs that were seen, bounded in number and in age (`Limits.gossipIDs`, `gossipIDAge`). The
/// oldest id makes room.
struct DuplicateCache {
  private let capacity: Int
  private let maximumAge: Int64
  private var seen: Set<String> = []
  private var order: Deque<(id: String, time: Int64)> = []

  init(limits: Limits) {
    capacity = limits.gossipIDs
    maximumAge = limits.gossipIDAge
  }

  var count: Int { seen.count }

  /// - Returns: whether the id is new.
  mutating func insert(_ id: String, at uptime: Int64) -> Bool {
    while let oldest = order.first, uptime - oldest.time > maximumAge { forgetOldest() }
    guard !seen.contains(id) else { return false }
    if order.count >= capacity { forgetOldest() }
    seen.insert(id)
    order.append((id, uptime))
    return true
  }

  private mutating func forgetOldest() { seen.remove(order.removeFirst().id) }
}
