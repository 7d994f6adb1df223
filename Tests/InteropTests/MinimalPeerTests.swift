import Foundation
import TestSupport
import Testing

/// The peer that was written from docs/PROTOCOL.md alone, with the real program.
@Suite struct MinimalPeerTests {
  private static let program = Repository.root.appending(path: "Tests/Interop/minimal.py").path()

  /// The word at a place of a line that the peer prints and that begins so.
  private static func word(_ index: Int, of peer: ChildProcess, after start: String) async throws -> String {
    let line = try await peer.output.line("the minimal peer says “\(start)”") { $0.hasPrefix(start) }
    return String(line.split(separator: " ")[index])
  }

  @Test func `it finds, is found, fetches, is fetched from, takes a push, and deletes`() async throws {
    try await withNeighbourhood { neighbourhood in
      let alice = try await neighbourhood.peer("alice")
      let theirs = try neighbourhood.makeFile("theirs.txt", "written from the description".utf8)
      let early = try await alice.push(
        neighbourhood.makeFile("early.bin", (0..<100_000).map(UInt8.init(truncatingIfNeeded:))))
      let minimal = try ChildProcess(
        "python3", ["-B", Self.program, "minimal", "0", alice.address, theirs.path])
      // It greets, shares, and lists what Alice has.
      let shared = try await Self.word(1, of: minimal, after: "here")
      try await minimal.output.line("the list of Alice's files") { $0 == "received GOSSIP_REPLY" }
      try await alice.waitUntilItLists(shared, heldBy: "minimal")
      try await alice.fetch(shared)
      #expect(try alice.shared()["theirs.txt"] == Data("written from the description".utf8))
      // It fetches, and tells that it has it.
      minimal.send(line: "get \(early.fileId)")
      try await minimal.output.line("the file is here") { $0 == "here \(early.fileId) early.bin" }
      try await alice.waitUntilItLists(early.fileId, heldBy: "minimal")
      // It is given a file unasked, and lets it go when its owner withdraws it.
      let pushed = try await alice.push(neighbourhood.makeFile("pushed.txt", "p".utf8))
      try await minimal.output.line("the pushed file is here") { $0 == "here \(pushed.fileId) pushed.txt" }
      alice.send("delete \(pushed.fileId)")
      try await minimal.output.line("the pushed file is gone") { $0 == "deleted pushed.txt" }
      // It withdraws its own.
      minimal.send(line: "delete theirs.txt")
      try await alice.waitUntilItForgets(file: shared)
      minimal.closeInput()
      #expect(try await minimal.waitForEnd() == 0)
      #expect(minimal.errors.all == [])
    }
  }
}
