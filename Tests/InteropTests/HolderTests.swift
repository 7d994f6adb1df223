import Foundation
import TestSupport
import Testing

/// A holder that fails is passed over for the next one (PROTOCOL.md, "Transfers").
@Suite struct HolderTests {
  private static let file = PythonPeer.OwnFile("wanted.bin", size: 300_000, owner: "somebody")

  @Test(arguments: Personality.failing + Personality.silent)
  func `a bad holder is passed over for a good one`(personality: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let bad = try await neighbourhood.python(personality, .init(files: [Self.file]))
      let wanted = bad.files[0].fileId
      try await bad.gossip(to: us)
      // One that hangs never sends its list.
      try await us.waitUntilItTracks(bad.id)
      try await bad.tell("announce", wanted, to: us)
      try await us.waitUntilItLists(wanted, heldBy: bad.id)
      let good = try await neighbourhood.python("plain", .init(greeting: [us], files: [Self.file]))
      try await us.waitUntilItLists(wanted, heldBy: good.id)
      try await us.fetch(wanted, within: .seconds(90))
      #expect(try us.shared().map(\.value.count) == [300_000])
    }
  }

  @Test(arguments: Personality.failing)
  func `what a bad holder sends never becomes visible`(personality: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let bad = try await neighbourhood.python(personality, .init(files: [Self.file]))
      let wanted = bad.files[0].fileId
      try await bad.gossip(to: us)
      try await us.waitUntilItLists(wanted, heldBy: bad.id)
      us.send("get \(wanted)")
      try await bad.received("GET_FILE")
      try await us.process.errors.line("the failure, with the peer's name") { $0.contains(bad.id) }
      // The same peer, now in its right mind, is asked again after a while.
      try await bad.do("change", ["quirks": #"{"serves": "file", "send_takes": 0}"#])
      try await us.waitUntilItHolds(wanted, within: .seconds(60))
      #expect(try us.shared().map(\.value.count) == [300_000])
    }
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["P2PTUI_BIG_TESTS"] != nil, "takes longer than a minute"))
  func `a holder that trickles is given up for one that does not`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let bad = try await neighbourhood.python("trickler", .init(files: [Self.file]))
      let wanted = bad.files[0].fileId
      try await bad.gossip(to: us)
      try await us.waitUntilItLists(wanted, heldBy: bad.id)
      us.send("get \(wanted)")
      try await bad.received("GET_FILE")
      _ = try await neighbourhood.python("plain", .init(greeting: [us], files: [Self.file]))
      try await us.waitUntilItHolds(wanted, within: .seconds(180))
    }
  }

  /// A peer that accepts and never answers stays tracked as long as it gossips, and no longer.
  @Test func `a peer that hangs is kept by its gossip only`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let hanger = try await neighbourhood.python("hanger", .init(greeting: [us], files: [Self.file]))
      try await us.waitUntilItTracks(hanger.id)
      try await eventually("it hangs") { try await hanger.do("state").hung == true }
      let witness = try await neighbourhood.python("plain", .init(greeting: [us], gossipInterval: 0.5))
      try await us.waitUntilItTracks(witness.id)
      #expect(try await us.api.peers().contains { $0.peerId == hanger.id })
      try await hanger.process.end()
      try await us.waitUntilItForgets(peer: hanger.id)
      #expect(try await us.api.peers().contains { $0.peerId == witness.id })
    }
  }
}
