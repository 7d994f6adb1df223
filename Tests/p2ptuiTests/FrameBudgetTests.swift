import Testing

@testable import p2ptui

@Suite struct FrameBudgetTests {
  /// Draws as often as it may, and returns the times.
  private func times(_ milliseconds: Int64, answersUser: (Int64) -> Bool) -> [Int64] {
    var budget = FrameBudget()
    var times: [Int64] = []
    for now in 0..<milliseconds where budget.wait(at: now, answersUser: answersUser(now)) <= 0 {
      budget.draw(at: now)
      times.append(now)
    }
    return times
  }

  @Test func neverMoreThanTwentyFramesInASecond() {
    let all = times(10_000) { _ in true }
    for start in all { #expect(all.count { $0 >= start && $0 < start + 1000 } <= 20) }
    #expect(all.count >= 160)
  }

  @Test func newsComesFiveTimesASecond() {
    #expect(times(10_000) { _ in false }.count == 50)
  }

  @Test func aKeyIsAnsweredAtOnceWhateverElseIsNew() {
    let keys = Set((1...90).map { Int64($0 * 107) })
    let all = times(10_000) { keys.contains($0) }
    #expect(keys.isSubset(of: Set(all)))
  }

  @Test func aWaitIsNoLongerThanItMustBe() {
    var budget = FrameBudget()
    for _ in 0..<FrameBudget.burst { budget.draw(at: 0) }
    let wait = budget.wait(at: 0, answersUser: true)
    #expect(wait > 0)
    let earlier = budget.wait(at: wait - 1, answersUser: true)
    let then = budget.wait(at: wait, answersUser: true)
    #expect(earlier > 0 && then == 0)
  }
}
