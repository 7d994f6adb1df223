import Foundation
import PeerSimulator
import TestSupport
import Testing

/// A few runs, as debug builds are slow: `make sim` does many more in a release build, and so does CI.
@Suite(.serialized) struct SimulationTests {
  @Test(arguments: [1, 2] as [UInt64]) func `nothing is lost in a storm, and all agree after it`(seed: UInt64)
    async
  {
    let outcome = await Self.run(.short(seed: seed))
    #expect(outcome.failures == [])
    #expect(outcome.faults.total > 50)
    #expect(outcome.checks.total > 1_000)
  }

  @Test func `what was found once does not come back`() async throws {
    for found in FoundRun.all(in: try Repository.text("Tests/SimulationTests/seeds.txt")) {
      let found = try #require(found)
      #expect(await Self.run(found.plan).failures == [], "\(found.plan.seed): \(found.what)")
    }
  }

  @Test func `the same seed gives the same run in two processes`() async throws {
    let traces = try await (Self.trace(seed: 3), Self.trace(seed: 3))
    #expect(traces.0.hasPrefix("seed 3: "))
    #expect(traces.0 == traces.1)
    #expect(try await Self.trace(seed: 4) != traces.0)
  }

  /// One after the other, on a thread of its own: other tests, which share few, must not wait for it.
  private static func run(_ plan: Plan) async -> Outcome {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: Simulation(plan).run()) }
    }
  }

  /// What another process, whose sets and dictionaries have another order, says of a run.
  private static func trace(seed: Int) async throws -> String {
    let run = try await ChildProcess.run(
      builtProgram("simulate"), ["--seeds", "\(seed)", "--peers", "4", "--storm", "60", "--trace"])
    return run.output.first { $0.hasPrefix("seed \(seed): ") } ?? ""
  }
}

extension Plan {
  /// What a debug build does in a second or two.
  fileprivate static func short(seed: UInt64) -> Plan {
    var plan = Plan(seed: seed)
    plan.peers = 4
    plan.storm = 120_000
    plan.hasLargeFiles = seed % 2 == 0
    return plan
  }
}
