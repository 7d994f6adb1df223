import ArgumentParser
import PeerSimulator

struct Scale: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How a network without faults comes up, second by second, as comma-separated figures.")

  enum Model: String, ExpressibleByArgument, CaseIterable {
    case whole, reduced
  }

  @Option(help: "Whole cores, or membership and gossip alone.")
  var model = Model.whole

  @Option(help: "Peers, without the newcomer.")
  var peers = 100

  @Option(help: "Files in all.")
  var files = 1_000

  @Option(help: "Seconds; the newcomer comes at 240.")
  var duration = 330

  func validate() throws {
    guard (2...20_000).contains(peers) else { throw ValidationError("choose 2 to 20000 peers") }
    guard (0...1_000_000).contains(files) else { throw ValidationError("choose 0 to 1000000 files") }
    guard (1...3_600).contains(duration) else { throw ValidationError("choose 1 to 3600 s") }
  }

  func run() {
    var plan = ScalePlan(peers: peers, files: files)
    plan.duration = duration
    print(ScaleSample.header)
    switch model {
    case .whole: WholeNetwork(plan).run { print($0.row) }
    case .reduced: ReducedNetwork(plan).run { print($0.row) }
    }
  }
}
