import ArgumentParser
import Foundation
import PeerSimulator

struct Storms: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs made from seeds: a storm of faults, then a calm. Checks what has to hold.")

  @Option(help: "Seeds to run: one, or a range such as 1-100.")
  var seeds = "1-100"

  @Option(help: "Peers of each run.")
  var peers = 6

  @Option(help: "Peers that lie and flood.")
  var strangers = 2

  @Option(help: "Seconds in which everything may go wrong.")
  var storm = 300

  @Option(help: "First repeat the runs of this file, which once found something.")
  var found: String?

  @Flag(help: "Print every line of every log.")
  var log = false

  @Flag(help: "Print the digest of each run.")
  var trace = false

  func validate() throws {
    guard (1...200).contains(peers) else { throw ValidationError("choose 1 to 200 peers") }
    guard (0...20).contains(strangers) else { throw ValidationError("choose 0 to 20 strangers") }
    guard (1...100_000).contains(storm) else { throw ValidationError("choose a storm of 1 to 100000 s") }
    _ = try range
  }

  func run() throws {
    var sum = Summary()
    for plan in try foundPlans { run(plan, &sum) }
    for seed in try range { run(plan(seed), &sum) }
    print(sum.text)
    if sum.failed > 0 { throw ExitCode.failure }
  }

  private func run(_ plan: Plan, _ sum: inout Summary) {
    let outcome = Simulation(plan, tells: log).run()
    sum.add(outcome)
    if trace { print("seed \(plan.seed): \(String(outcome.trace, radix: 16))") }
    for failure in outcome.failures { print("seed \(plan.seed): \(failure)") }
  }

  private func plan(_ seed: UInt64) -> Plan {
    var plan = Plan(seed: seed)
    plan.peers = peers
    plan.strangers = strangers
    plan.storm = Int64(storm) * 1_000
    return plan
  }

  private var foundPlans: [Plan] {
    get throws {
      guard let found else { return [] }
      return try FoundRun.all(in: String(contentsOfFile: found, encoding: .utf8)).map { run in
        guard let run else { throw ValidationError("\(found) has a line that cannot be read") }
        return run.plan
      }
    }
  }

  private var range: ClosedRange<UInt64> {
    get throws {
      let ends = seeds.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
      switch ends.count {
      case 1: if let seed = ends[0] { return seed...seed }
      case 2: if let first = ends[0], let last = ends[1], first <= last { return first...last }
      default: break
      }
      throw ValidationError("seeds are a number, or a range such as 1-100")
    }
  }
}
