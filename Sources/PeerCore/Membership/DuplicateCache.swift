import DequeModule

/// Remembers which GOSSIPs were seen, bounded in number and in age (`Limits.gossipIDs`, `gossipIDAge`).
/// The oldest id makes room.
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
    while let oldest = order.first, uptime - oldest.time > maximumAge || order.count >= capacity {
      seen.remove(oldest.id)
      order.removeFirst()
    }
    guard seen.insert(id).inserted else { return false }
    order.append((id, uptime))
    return true
  }
}
