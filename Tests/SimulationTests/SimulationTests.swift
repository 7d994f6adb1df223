import Foundation
import PeerSimulator
import TestSupport
import Testing

/// `make sim` runs many more, in a release build.
@Suite(.serialized) struct SimulationTests {
  @Test(arguments: Array(1...8 as ClosedRange<UInt64>))
  func `nothing is lost in a storm, and all agree after it`(seed: UInt64) async {
    let outcome = await Self.run(.short(seed: seed))
    #expect(outcome.failures == [])
    #expect(outcome.faults.total > 50)
    #expect(outcome.checks.total > 1_000)
  }

  @Test(arguments: try FoundSeed.all()) func `what was found once does not come back`(_ found: FoundSeed)
    async
  {
    #expect(await Self.run(.short(seed: found.seed)).failures == [])
  }

  @Test func `two processes do the same`() async throws {
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
    plan.hasLargeFiles = seed % 4 == 0
    return plan
  }
}

/// A line of seeds.txt: a seed, and what it once found.
struct FoundSeed: CustomTestStringConvertible {
  let seed: UInt64
  let what: Substring

  var testDescription: String { "\(seed): \(what)" }

  static func all() throws -> [FoundSeed] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "seeds.txt")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let seed = UInt64(parts[0]) else { return nil }
      return FoundSeed(seed: seed, what: parts[1])
    }
  }
}
