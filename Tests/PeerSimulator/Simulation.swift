import PeerCore

/// One run of the simulator: everything that happens in it follows from this.
public struct Plan: Sendable {
  public var seed: UInt64
  /// Whole peers.
  public var peers = 6
  /// Peers that keep to no rule.
  public var strangers = 2
  /// How long everything may go wrong, in milliseconds.
  public var storm: Int64 = 300_000
  /// How long it may then take until all is well, in milliseconds.
  public var calm: Int64 = 300_000
  /// Whether some files have several blocks, so that they come from several holders.
  public var hasLargeFiles = true

  public init(seed: UInt64) { self.seed = seed }
}

/// What came of a run.
public struct Outcome: Sendable {
  public var plan: Plan
  /// A digest of everything that happened, in its order.
  public var trace: UInt64
  /// What did not hold: sentences that say when, where and what.
  public var failures: [String]
  public var faults: Tally<Fault>
  public var checks: Tally<Check>
  /// Steps of all cores.
  public var steps: Int
  /// Messages that all cores have sent.
  public var messages: Int
  /// Files that there were.
  public var files: Int
  /// Milliseconds from the end of the storm until all was well; `nil` if it never was.
  public var convergence: Int64?
}

/// Two phases: a storm, in which nothing promised may be lost; then a calm, after which all agree.
public struct Simulation {
  /// How often the calm is looked at.
  private static let glance: Int64 = 1_000

  private let world: World
  private let storm: Storm
  private let user: User

  /// - Parameter tells: whether to print every line of every log.
  public init(_ plan: Plan, tells: Bool = false) {
    world = World(plan, tells: tells)
    storm = Storm(world)
    user = User(world)
  }

  public func run() -> Outcome {
    for machine in world.machines {
      world.schedule.after(Int64(world.pick(0...5_000))) { machine.start() }
    }
    for stranger in world.strangers { stranger.begin() }
    storm.begin()
    user.begin()
    while world.failures.isEmpty, world.schedule.runNext(until: world.plan.storm) {}
    storm.end()
    let convergence = world.failures.isEmpty ? calmDown() : nil
    defer { world.dissolve() }
    return Outcome(
      plan: world.plan, trace: world.trace.hash, failures: world.failures, faults: world.faults,
      checks: world.checks, steps: world.steps, messages: world.messages, files: world.truth.order.count,
      convergence: convergence)
  }

  /// - Returns: how long it took until all was well.
  private func calmDown() -> Int64? {
    let start = world.schedule.now
    let calm = Calm(world)
    var next = start + 10_000
    user.tidyUp()
    while world.failures.isEmpty, world.schedule.now - start < world.plan.calm {
      let end = world.schedule.now + Self.glance
      while world.schedule.runNext(until: end) {}
      if calm.disagreement == nil {
        calm.checkAll()
        return world.schedule.now - start
      }
      if world.schedule.now >= next {
        user.tidyUp()
        next += 20_000
      }
    }
    if let (check, what) = calm.disagreement { world.check(check, false, what) }
    return nil
  }
}
