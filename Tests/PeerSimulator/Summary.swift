/// The outcomes of many runs.
public struct Summary: Sendable {
  public private(set) var runs = 0
  public private(set) var failed = 0
  private var faults = Tally<Fault>()
  private var checks = Tally<Check>()
  private var steps = 0
  private var messages = 0
  private var files = 0
  private var convergences: [Int64] = []

  public init() {}

  public mutating func add(_ outcome: Outcome) {
    runs += 1
    if !outcome.failures.isEmpty { failed += 1 }
    faults.add(outcome.faults)
    checks.add(outcome.checks)
    steps += outcome.steps
    messages += outcome.messages
    files += outcome.files
    if let time = outcome.convergence { convergences.append(time) }
  }

  /// For people, and for docs/RELIABILITY.md.
  public var text: String {
    var lines = ["\(runs) runs, \(steps) steps, \(messages) messages, \(files) files"]
    lines.append("faults: \(faults.total)")
    for fault in Fault.allCases where faults[fault] > 0 {
      lines.append("  \(faults[fault]) \(fault.rawValue)")
    }
    lines.append("checks: \(checks.total)")
    for check in Check.allCases where checks[check] > 0 {
      lines.append("  \(checks[check]) \(check.rawValue)")
    }
    let sorted = convergences.sorted()
    if let worst = sorted.last {
      let median = sorted[sorted.count / 2]
      lines.append(
        "all agree again \(median / 1_000) s after the last fault (median), \(worst / 1_000) s (worst)")
    }
    lines.append(failed == 0 ? "nothing failed" : "\(failed) runs failed")
    return lines.joined(separator: "\n")
  }
}
