import Foundation
import TestSupport
import Testing

/// Two and more real processes on loopback.
@Suite struct TwoPeersTests {
  /// Bob has greeted Alice, and was given the file that she has pushed.
  private func sharing(in neighbourhood: Neighbourhood) async throws -> (PeerProcess, PeerProcess, FileInfo) {
    let alice = try await neighbourhood.peer("alice")
    let bob = try await neighbourhood.peer("bob", greeting: [alice])
    try await alice.waitUntilItTracks("bob")
    let file = try await alice.push(neighbourhood.makeFile("a.txt", "a".utf8))
    try await bob.waitUntilItHolds(file.fileId)
    return (alice, bob, file)
  }

  @Test func `they discover one another, list, fetch, push and delete`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      let bob = try await neighbourhood.peer("bob", greeting: [alice])
      let carol = try await neighbourhood.peer("carol", greeting: [alice])
      // Bob and Carol know only Alice; gossip introduces them.
      for (one, others) in [
        (alice, ["bob", "carol"]), (bob, ["alice", "carol"]), (carol, ["alice", "bob"]),
      ] {
        for other in others { try await one.waitUntilItTracks(other) }
      }
      let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
      let file = try await alice.push(neighbourhood.makeFile("photo of a lake.bin", content))
      for peer in [bob, carol] {
        let listed = try await peer.waitUntilItLists(file.fileId, heldBy: "alice")
        #expect(listed.fileTimestamp == file.fileTimestamp)
        #expect(listed.fileSizeBytes == content.count)
        try await peer.fetch(file.fileId)
        #expect(try peer.shared()["photo of a lake.bin"] == Data(content))
      }
      try await alice.waitUntilItLists(file.fileId, heldBy: "carol")

      alice.send("delete \(file.fileId)")
      for peer in [alice, bob, carol] {
        try await peer.waitUntilItForgets(file: file.fileId)
        try await eventually("\(peer.id) has no copy in files/") { try peer.shared().isEmpty }
      }
    }
  }

  @Test func `files that have come are not held open`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      let bob = try await neighbourhood.peer("bob", greeting: [alice])
      for number in 0..<40 {
        let file = try neighbourhood.makeFile("\(number).txt", "file \(number)".utf8)
        alice.send("push '\(file.path)'")
      }
      try await eventually("bob lists all") {
        try await bob.api.files().files.count { !$0.peers.isEmpty } == 40
      }
      for file in try await bob.api.files().files { bob.send("get \(file.fileId)") }
      try await eventually("bob has all") { try await bob.api.files().files.allSatisfy(\.local) }
      let descriptors = "/proc/\(bob.process.pid)/fd"
      try await eventually("no file of files/ or partial/ is open") {
        try FileManager.default.contentsOfDirectory(atPath: descriptors)
          .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\($0)") }
          .allSatisfy { !$0.hasSuffix(".part") && !$0.hasPrefix("\(bob.files.path)/") }
      }
    }
  }

  @Test func `only its owner deletes a file from the network, anyone forgets a copy`() async throws {
    try await withNeighbourhood { neighbourhood in
      let (alice, bob, file) = try await sharing(in: neighbourhood)
      bob.send("delete \(file.fileId)")
      bob.send("forget \(file.fileId)")
      try await eventually("bob has no copy") { try await bob.api.file(file.fileId)?.local == false }
      #expect(try await alice.api.file(file.fileId)?.local == true)
    }
  }

  @Test func `a killed peer is dropped after the time-out, from holders too`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      let bob = try await neighbourhood.peer("bob", greeting: [alice])
      let file = try await bob.push(neighbourhood.makeFile("b.txt", "b".utf8))
      try await alice.waitUntilItLists(file.fileId, heldBy: "bob")
      try await bob.process.end()
      try await alice.waitUntilItForgets(peer: "bob")
      let listed = try await alice.api.file(file.fileId)
      #expect(listed?.peers.contains("bob") != true)
    }
  }

  @Test func `a deleted file stays deleted after restarts`() async throws {
    try await withNeighbourhood { neighbourhood in
      let (alice, bob, file) = try await sharing(in: neighbourhood)

      // Bob sleeps through the deletion, and still has the file.
      #expect(try await bob.stop() == 0)
      alice.send("delete \(file.fileId)")
      try await alice.waitUntilItForgets(file: file.fileId)
      #expect(try await alice.stop() == 0)

      let risenAlice = try await neighbourhood.peer("alice", port: alice.port, home: alice.home)
      let risenBob = try await neighbourhood.peer(
        "bob", port: bob.port, home: bob.home, greeting: [risenAlice])
      try await risenAlice.waitUntilItTracks("bob")
      // Alice says it again to whoever lists it.
      try await risenBob.waitUntilItForgets(file: file.fileId)
      #expect(try await risenAlice.api.file(file.fileId) == nil)
      try await eventually("bob has no copy in files/") { try risenBob.shared().isEmpty }
    }
  }

  @Test func `what was fetched and pushed is there after a restart`() async throws {
    try await withNeighbourhood { neighbourhood in
      let (_, bob, file) = try await sharing(in: neighbourhood)
      #expect(try await bob.stop() == 0)
      let risen = try await neighbourhood.peer("bob", port: bob.port, home: bob.home)
      let kept = try await risen.waitUntilItHolds(file.fileId)
      #expect(kept.fileOwner == "alice" && kept.fileTimestamp == file.fileTimestamp)
      #expect(try await risen.api.files().total == 1)
    }
  }

  @Test func `a newcomer fetches three missing files by itself`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      for number in 1...5 {
        try await alice.push(neighbourhood.makeFile("\(number).txt", "file \(number)".utf8))
      }
      let bob = try await neighbourhood.peer("bob", greeting: [alice], ["--auto-fetch", "3"])
      try await eventually("three files") { try await bob.api.status().filesLocal == 3 }
    }
  }

  @Test func `files put into and taken from files by hand are noticed`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      let bob = try await neighbourhood.peer("bob", greeting: [alice])
      try await alice.waitUntilItTracks("bob")
      let byHand = alice.files.appendingPathComponent("by hand.txt")
      try Data("by hand".utf8).write(to: byHand)
      let file = try await eventually("bob lists it") {
        try await bob.api.files().files.first { $0.fileName == "by hand.txt" }
      }
      try await bob.fetch(file.fileId)
      try FileManager.default.removeItem(at: byHand)
      try await eventually("it is no longer offered") {
        try await alice.api.file(file.fileId)?.local != true
      }
      // Taken away by hand, not withdrawn from the network.
      #expect(try await bob.api.file(file.fileId)?.local == true)
    }
  }

  @Test func `a second peer in the same home is refused in one line`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      let second = try await ChildProcess.run(
        PeerProcess.executable,
        ["second", "127.0.0.1", "0", "0", "--headless", "--home", alice.home.path, "--bootstrap", "none"])
      #expect(second.status == 1)
      #expect(second.errors.count == 1 && second.errors[0].hasPrefix("p2ptui: "))
    }
  }

  @Test func `a port that is taken is refused in one line`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      let home = try neighbourhood.makeDirectory("another")
      let second = try await ChildProcess.run(
        PeerProcess.executable,
        [
          "second", "127.0.0.1", "\(alice.port)", "0", "--headless", "--home", home.path, "--bootstrap",
          "none",
        ])
      #expect(second.status == 1)
      #expect(
        second.errors.first?.hasPrefix(
          "p2ptui: cannot listen on 127.0.0.1:\(alice.port): address already in use")
          == true)
    }
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `a signal ends it gracefully`(signal: Int32) async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      alice.process.signal(signal)
      #expect(try await alice.process.waitForEnd(within: .seconds(10)) == 0)
    }
  }

  @Test func `quit ends it, and the end of its input does not`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      alice.process.closeInput()
      let bob = try await neighbourhood.peer("bob", greeting: [alice])
      try await alice.waitUntilItTracks("bob")
      bob.send("quit")
      #expect(try await bob.process.waitForEnd(within: .seconds(10)) == 0)
      #expect(alice.process.isRunning)
    }
  }

  @Test func `list, peers and help answer on standard output`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      let bob = try await neighbourhood.peer("bob", greeting: [alice])
      try await alice.waitUntilItTracks("bob")
      try await alice.push(neighbourhood.makeFile("a file of mine.txt", "a".utf8))
      for (command, answer) in [("list", "a file of mine.txt"), ("peers", "bob"), ("help", "announce")] {
        let before = alice.process.output.count
        alice.send(command)
        try await eventually("the answer to \(command)") {
          alice.process.output.after(before).contains { $0.contains(answer) }
        }
      }
      _ = bob
    }
  }
}
