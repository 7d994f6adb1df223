import Crypto
import Foundation
import TestSupport
import Testing

/// Every well-meaning peer that is out there can do everything with the program, in both directions
/// (PROTOCOL.md, "What is out there").
@Suite struct PersonalityTests {
  @Test(arguments: Personality.honest)
  func `a peer that greets us is tracked and listed`(personality: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let ours = try await us.push(neighbourhood.makeFile("ours.txt", "ours\n".utf8))
      let peer = try await neighbourhood.python(
        personality, .init(gossipInterval: 0, files: [.init("theirs.bin", size: 3_000)]))
      try await peer.gossip(to: us)
      try await us.waitUntilItTracks(peer.trackedAs)
      for file in peer.files {
        let listed = try await us.waitUntilItLists(file.fileId, heldBy: peer.trackedAs)
        #expect(listed.hasTimestamp(file.timestamp))
      }
      let reply = try await peer.received("GOSSIP_REPLY")
      #expect(reply.raw?.contains(ours.fileId) == true)
      try await peer.received("GOSSIP")
      #expect(peer.objections == [])
    }
  }

  @Test(arguments: Personality.honest)
  func `a peer that we greet is tracked and listed`(personality: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let peer = try await neighbourhood.python(
        personality, .init(gossipInterval: 0, files: [.init("theirs.bin", size: 3_000)]))
      let us = try await neighbourhood.peer("us", greeting: [peer])
      try await us.waitUntilItTracks(peer.trackedAs)
      for file in peer.files { try await us.waitUntilItLists(file.fileId, heldBy: peer.trackedAs) }
      #expect(peer.objections == [])
    }
  }

  @Test(arguments: Personality.honest)
  func `its files are fetched, and handed on with their timestamps unchanged`(personality: String)
    async throws
  {
    try await withNeighbourhood { neighbourhood in
      let peer = try await neighbourhood.python(
        personality, .init(files: [.init("theirs.bin", size: 20_000)]))
      let us = try await neighbourhood.peer("us", greeting: [peer])
      let another = try await neighbourhood.python("plain", .init(greeting: [us]))
      try await us.waitUntilItTracks(another.id)
      for file in peer.files {
        try await us.waitUntilItLists(file.fileId, heldBy: peer.trackedAs)
        let held = try await us.fetch(file.fileId)
        #expect(held.verified && held.state == "local")
        #expect(held.fileSizeBytes == file.bytes)
        let announced = try await another.received("ANNOUNCE") { $0.raw?.contains(file.fileId) == true }
        #expect(announced.raw?.contains(timestamp: file.timestamp) == true)
        let handedOn = try await another.get(file.fileId, from: us)
        #expect(handedOn.held == true && handedOn.sha256 == file.sha256)
      }
      // Whatever they are called: all there, in `files/`, each with its own bytes.
      let digests = try us.shared().values.map { SHA256.hash(data: $0).map(hex).joined() }
      #expect(Set(digests) == Set(peer.files.map(\.sha256)))
      #expect(digests.count == peer.files.count)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: us.home.path).sorted() == [".p2ptui", "files"])
      #expect(!FileManager.default.fileExists(atPath: "/etc/p2ptui-interop"))
      #expect(peer.objections == [])
    }
  }

  @Test(arguments: Personality.honest)
  func `it fetches from us`(personality: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let content = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let ours = try await us.push(neighbourhood.makeFile("öurs – 大.bin", content))
      let peer = try await neighbourhood.python(personality, .init(greeting: [us]))
      let fetched = try await peer.get(ours.fileId, from: us)
      #expect(fetched.held == true, "\(fetched.text ?? "")")
      #expect(fetched.bytes == content.count)
      #expect(fetched.ended != "timeout")
      let missing = try await peer.get(String(repeating: "0", count: 64), from: us)
      #expect(missing.text?.contains("does not have the file") == true)
    }
  }

  @Test(arguments: Personality.honest)
  func `its push is taken, and ours reaches it`(personality: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let peer = try await neighbourhood.python(personality, .init(greeting: [us]))
      try await us.waitUntilItTracks(peer.trackedAs)
      let theirs = try await peer.add("pushed.bin", size: 10_000)
      try await peer.tell("push", theirs.fileId, to: us)
      #expect(try await us.waitUntilItHolds(theirs.fileId).verified)

      let ours = try await us.push(neighbourhood.makeFile("ours.bin", repeatElement(7, count: 10_000)))
      let came = try await peer.event("our file") { $0.event == "file" && $0.fileId == ours.fileId }
      #expect(came.verified == true)
      try await peer.received("ANNOUNCE") { $0.raw?.contains(ours.fileId) == true }
      #expect(peer.objections == [])
    }
  }

  @Test(arguments: Personality.honest)
  func `what it announces is listed`(personality: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let peer = try await neighbourhood.python(personality, .init(gossipInterval: 0))
      let file = try await peer.add("announced.txt", size: 100)
      try await peer.tell("announce", file.fileId, to: us)
      let listed = try await us.waitUntilItLists(file.fileId)
      #expect(listed.fileName == "announced.txt")
      #expect(listed.hasTimestamp(file.timestamp))
      // To announce a file is no sign of life.
      #expect(try await us.api.peers() == [])
    }
  }

  @Test(arguments: Personality.owners)
  func `a deletion by the owner is honoured, in both directions`(personality: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let peer = try await neighbourhood.python(personality, .init(greeting: [us]))
      try await us.waitUntilItTracks(peer.trackedAs)
      let theirs = try await peer.add("theirs.txt", size: 100, owner: peer.id)
      try await peer.tell("push", theirs.fileId, to: us)
      try await us.waitUntilItHolds(theirs.fileId)
      try await peer.tell("delete", theirs.fileId, to: us)
      try await us.waitUntilItForgets(file: theirs.fileId)
      try await eventually("the copy has left files/") { try us.shared().isEmpty }

      let ours = try await us.push(neighbourhood.makeFile("ours.txt", "ours\n".utf8))
      try await peer.event("our file") { $0.event == "file" && $0.fileId == ours.fileId }
      us.send("delete \(ours.fileId)")
      try await peer.event("its deletion") { $0.event == "deleted" && $0.fileId == ours.fileId }
      try await us.waitUntilItForgets(file: ours.fileId)
      #expect(peer.objections == [])
    }
  }

  @Test func `a slow reader gets a large file, and holds nobody up`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let large = try await us.push(neighbourhood.makeFile("large.bin", repeatElement(1, count: 1_000_000)))
      let small = try await us.push(neighbourhood.makeFile("small.bin", repeatElement(2, count: 1_000)))
      let slow = try await neighbourhood.python("slow", .init(gossipInterval: 0))
      let quick = try await neighbourhood.python("plain", .init(gossipInterval: 0))
      async let slowly = slow.get(large.fileId, from: us)
      #expect(try await quick.get(small.fileId, from: us).held == true)
      #expect(try await slowly.held == true)
    }
  }
}

private func hex(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return digits.count == 1 ? "0" + digits : digits
}

extension FileInfo {
  /// Whether the timestamp is this lexeme. The interface tells a text with or without its quotes, and null as
  /// null or as a text.
  func hasTimestamp(_ lexeme: String) -> Bool {
    fileTimestamp == lexeme || fileTimestamp.map { "\"\($0)\"" } == lexeme
      || (fileTimestamp == nil && lexeme == "null")
  }
}

extension String {
  /// Whether a message holds a `file_timestamp` with exactly this lexeme.
  func contains(timestamp lexeme: String) -> Bool {
    let packed = replacingOccurrences(of: "\": ", with: "\":")
    return [",", "}"].contains { packed.contains("\"file_timestamp\":\(lexeme)\($0)") }
  }
}
