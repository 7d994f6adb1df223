import HeapModule

/// The virtual clock, and what is yet to happen: by time, then in the order in which it was asked for.
final class Schedule {
  private struct Item: Comparable {
    let time: Int64
    let number: UInt64
    let work: () -> Void

    static func == (a: Item, b: Item) -> Bool { a.number == b.number }
    static func < (a: Item, b: Item) -> Bool { (a.time, a.number) < (b.time, b.number) }
  }

  private var items = Heap<Item>()
  private var lastNumber: UInt64 = 0
  /// Milliseconds since the world began.
  private(set) var now: Int64 = 0

  /// - Parameter delay: milliseconds.
  func after(_ delay: Int64, _ work: @escaping () -> Void) {
    lastNumber += 1
    items.insert(Item(time: now + max(0, delay), number: lastNumber, work: work))
  }

  /// - Returns: false if nothing is to happen until then; it is then.
  func runNext(until end: Int64) -> Bool {
    guard let next = items.min, next.time <= end else {
      now = max(now, end)
      return false
    }
    items.removeMin()
    now = max(now, next.time)
    next.work()
    return true
  }

  /// Whatever holds on to the world is let go.
  func clear() { items = Heap() }
}
