import Testing

@testable import p2ptui

@Suite struct FrameBudgetTests {
  /// Draws as often as it may for what there is to show, if anything, and returns the times.
  private func times(_ milliseconds: Int64, cause: (Int64) -> FrameBudget.Cause?) -> [Int64] {
    var budget = FrameBudget()
    var times: [Int64] = []
    var waiting: FrameBudget.Cause?
    for now in 0..<milliseconds {
      if let new = cause(now) { waiting = max(waiting ?? new, new) }
      guard let due = waiting, budget.wait(at: now, for: due) <= 0 else { continue }
      budget.draw(at: now)
      times.append(now)
      waiting = nil
    }
    return times
  }

  @Test func `never more than twenty frames in a second`() {
    let all = times(10_000) { _ in .key }
    for start in all { #expect(all.count { $0 >= start && $0 < start + 1000 } <= 20) }
    #expect(all.count >= 160)
  }

  @Test func `news is drawn at most five times a second`() {
    #expect(times(10_000) { _ in .news }.count == 50)
  }

  @Test func `a key is answered at once, whatever else is new`() {
    let keys = Set((1...90).map { Int64($0 * 107) })
    let all = times(10_000) { keys.contains($0) ? .key : .news }
    #expect(keys.isSubset(of: Set(all)))
  }

  @Test func `what a key brings about leaves a frame for the next key`() {
    // Typing into a filter: each key shows the text, and soon afterwards what matches it.
    let keys = Set((1...90).map { Int64($0 * 107) })
    let all = times(10_000) { now in
      keys.contains(now) ? .key : keys.contains(now - 30) ? .answer : nil
    }
    #expect(keys.isSubset(of: Set(all)))
    #expect(all.count > 3 * keys.count / 2)
  }

  @Test func `once the wait is over a frame may be drawn, and a millisecond before not`() {
    for cause in [FrameBudget.Cause.key, .answer] {
      var budget = FrameBudget()
      for _ in 0..<FrameBudget.burst { budget.draw(at: 0) }
      let wait = budget.wait(at: 0, for: cause)
      #expect(wait > 0)
      let earlier = budget.wait(at: wait - 1, for: cause)
      let then = budget.wait(at: wait, for: cause)
      #expect(earlier > 0 && then == 0)
    }
  }
}
