import Foundation
import TestSupport
import Testing

/// Much of everything, in bounded memory. Times are measured by `scripts/measure`, not here.
@Suite struct ScaleTests {
  @Test func `a reply of 100,000 entries in portions of every size is taken in`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us", ["--peer-timeout", "600"])
      let peer = try await neighbourhood.python("plain", .init(gossipInterval: 0))
      let outcome = try await peer.do(
        "reply", ["to": "\"\(us.address)\"", "count": "100000"], within: .seconds(240))
      #expect(outcome.event == "done", "\(outcome.text ?? "")")
      try await eventually("100,000 files", within: .seconds(240)) {
        try await us.api.status().files == 100_000
      }
      // The reply is 27 MB; several copies of it would not fit.
      #expect(try us.peakMemory() < 320 << 20)
      #expect(try await us.stop() == 0)
      let risen = try await neighbourhood.peer("us", port: us.port, home: us.home)
      #expect(try await risen.api.status().files == 100_000)
    }
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["P2PTUI_BIG_TESTS"] != nil,
      "takes minutes and gigabytes; set P2PTUI_BIG_TESTS, and P2PTUI_EXECUTABLE to a release build"))
  func `2 GiB pass between two peers in less than 96 MiB each`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      let sparse = try neighbourhood.makeFile("large.bin", [])
      #expect(truncate(sparse.path, 2 << 30) == 0)
      alice.send("push '\(sparse.path)'")
      let file = try await eventually("alice shares it", within: .seconds(600)) {
        try await alice.api.files().files.first { $0.local }
      }
      let bob = try await neighbourhood.peer("bob", greeting: [alice])
      try await bob.waitUntilItLists(file.fileId, heldBy: "alice")
      try await bob.fetch(file.fileId, within: .seconds(1800))
      for peer in [alice, bob] { #expect(try peer.peakMemory() < 96 << 20) }
    }
  }
}
