import ArgumentParser
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
    for seed in try range {
      var plan = Plan(seed: seed)
      plan.peers = peers
      plan.strangers = strangers
      plan.storm = Int64(storm) * 1_000
      let outcome = Simulation(plan, tells: log).run()
      sum.add(outcome)
      if trace { print("seed \(seed): \(String(outcome.trace, radix: 16))") }
      for failure in outcome.failures { print("seed \(seed): \(failure)") }
    }
    print(sum.text)
    if sum.failed > 0 { throw ExitCode.failure }
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
