import HeapModule

/// The virtual clock, and what is yet to happen: in the order of time and, at one time, in the order of asking.
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

  /// Lets the next thing happen that is to happen until `end`.
  ///
  /// - Returns: false if there is nothing; then it is `end`.
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

  /// Lets go of everything that is yet to happen.
  func clear() { items = Heap() }
}
