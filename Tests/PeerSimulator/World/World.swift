import PeerCore

/// Everything that there is in one run of the simulator. It all follows from one seed.
final class World {
  let plan: Plan
  let schedule = Schedule()
  var random: RandomSource
  var trace = Trace()
  var faults = Tally<Fault>()
  var checks = Tally<Check>()
  private(set) var failures: [String] = []
  private(set) var network: VirtualNetwork!
  let limits: Limits
  private(set) var machines: [Machine] = []
  var strangers: [Stranger] = []
  let wellKnown: [Endpoint]
  /// Whether things go wrong.
  var isChaotic = true
  let truth = Truth()
  var steps = 0
  var messages = 0
  private let tells: Bool

  init(_ plan: Plan, tells: Bool) {
    self.plan = plan
    self.tells = tells
    random = RandomSource(seed: plan.seed)
    var limits = Limits()
    // Small enough that files of a few MiB come from several holders, and queues fill.
    limits.leastShare = 1 << 20
    limits.blockListPatience = 200
    limits.replyBytes = 1 << 20
    if Bool.random(using: &random) {
      limits.gossipIDs = 200
      limits.waitingAnswers = 40
      limits.waitingUploads = 4
      limits.endedTransfers = 5
      limits.pendingDeletes = 2
      limits.resolutions = 2
    }
    self.limits = limits
    wellKnown = (0..<min(2, plan.peers)).map {
      Endpoint(host: "10.0.0.\(1 + $0)", port: Machine.port)
    }
    network = VirtualNetwork(self)
    machines = (0..<plan.peers).map { Machine($0, in: self) }
    strangers = (0..<plan.strangers).map { Stranger($0, in: self) }
  }

  func home(of id: PeerID) -> Endpoint? { machines.first { $0.id == id }?.endpoint }

  // MARK: Chance

  func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  func chance(_ times: Int, in of: Int) -> Bool { pick(1...of) <= times }
  func pick<T>(from all: [T]) -> T? { all.randomElement(using: &random) }

  // MARK: Telling

  func fail(_ what: String, at machine: Machine? = nil) {
    let place = machine.map { "\($0.id.text): " } ?? ""
    let seconds = Double(schedule.now) / 1_000
    if failures.count < 10 { failures.append("at \(seconds) s, \(place)\(what)") }
  }

  func check(
    _ check: Check, _ isTrue: Bool, at machine: Machine? = nil, _ otherwise: @autoclosure () -> String
  ) {
    checks.note(check)
    if !isTrue { fail("\(check.rawValue): \(otherwise())", at: machine) }
  }

  func note(_ machine: Machine, _ level: LogLevel, _ text: String) {
    if tells { print("\(schedule.now) \(machine.id.text) [\(level)] \(text)") }
  }

  func tell(_ text: @autoclosure () -> String) { if tells { print("\(schedule.now) --- \(text())") } }

  /// Lets go of everything, which otherwise would hold on to each other for ever.
  func dissolve() {
    schedule.clear()
    network.dissolve()
    for machine in machines { machine.dissolve() }
    machines = []
    strangers = []
  }
}
