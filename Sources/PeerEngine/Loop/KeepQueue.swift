import DequeModule
import PeerCore

/// Verified files that wait to be moved into `files/`. Files that come while others are being moved wait and then go
/// together, because a batch waits for the disk as often as one file does.
struct KeepQueue {
  typealias Item = (arrival: ArrivalID, keep: Keep)

  private var items: Deque<Item> = []
  private var isBeingEmptied = false

  /// - Returns: whether the caller has to begin emptying the queue, because nobody is at it.
  mutating func add(_ item: Item) -> Bool {
    items.append(item)
    defer { isBeingEmptied = true }
    return !isBeingEmptied
  }

  /// Takes the files that are kept together next. `nil` if none waits; whoever empties the queue then stops.
  mutating func takeBatch() -> [Item]? {
    guard !items.isEmpty else {
      isBeingEmptied = false
      return nil
    }
    let batch = Array(items.prefix(HomeStore.keptAtOnce))
    items.removeFirst(batch.count)
    return batch
  }
}
