import Foundation
import TestSupport
import Testing

/// Several holders for one file, and what some of them do to it (PROTOCOL.md, "Extension").
@Suite struct SwarmTests {
  /// Large enough to be shared by two, and then by a third.
  private static let file = PythonPeer.OwnFile("wanted.bin", size: 20_000_000, owner: "somebody")

  @Test(arguments: Personality.modern)
  func `a holder with the extension gives the file`(personality: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let holder = try await neighbourhood.python(personality, .init(greeting: [us], files: [Self.file]))
      let wanted = holder.files[0]
      try await us.waitUntilItLists(wanted.fileId, heldBy: holder.id)
      try await us.fetch(wanted.fileId)
      #expect(try us.shared().map(\.value.count) == [20_000_000])
    }
  }

  @Test(arguments: Personality.abusive)
  func `whatever a holder does with the extension, the others give the file`(personality: String) async throws
  {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let bad = try await neighbourhood.python(personality, .init(greeting: [us], files: [Self.file]))
      let wanted = bad.files[0].fileId
      let good = try await neighbourhood.python("modern", .init(greeting: [us], files: [Self.file]))
      for holder in [bad, good] { try await us.waitUntilItLists(wanted, heldBy: holder.id) }
      try await us.fetch(wanted, within: .seconds(90))
      #expect(try us.shared().map(\.value.count) == [20_000_000])
    }
  }

  @Test func `peers of this program and others give one file`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let plain = try await neighbourhood.python("plain", .init(greeting: [us], files: [Self.file]))
      let wanted = plain.files[0].fileId
      try await us.waitUntilItLists(wanted, heldBy: plain.id)
      let other = try await neighbourhood.peer("other", greeting: [us])
      try await other.waitUntilItLists(wanted, heldBy: plain.id)
      try await other.fetch(wanted)
      try await us.waitUntilItLists(wanted, heldBy: "other")
      try await plain.do("change", ["quirks": #"{"serves": "stall"}"#])
      try await us.fetch(wanted)
      #expect(try us.shared() == other.shared())
    }
  }

  /// `count` holders of the program's own, slow enough for something to happen meanwhile.
  private func holders(
    _ count: Int, of content: [UInt8], in neighbourhood: Neighbourhood
  ) async throws -> ([PeerProcess], file: String) {
    let given = try neighbourhood.makeFile("big.bin", content)
    let first = try await neighbourhood.peer("holder0", ["--limit-up", "8M"])
    let file = try await first.push(given).fileId
    var holders = [first]
    for number in 1..<max(count, 1) {
      let next = try await neighbourhood.peer("holder\(number)", greeting: [first], ["--limit-up", "8M"])
      try await next.waitUntilItLists(file)
      try await next.fetch(file)
      holders.append(next)
    }
    return (holders, file)
  }

  private static let content = (0..<24 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 9) }

  private func received(_ peer: PeerProcess) async throws -> Int {
    try await peer.api.transfers().filter { $0.direction == "down" }.map(\.bytes).reduce(0, +)
  }

  /// A peer that fetches the file from `count` holders, and has more than so many bytes of it.
  private func begun(
    with count: Int, past bytes: Int, in neighbourhood: Neighbourhood
  ) async throws -> (PeerProcess, [PeerProcess], file: String) {
    let (holders, file) = try await holders(count, of: Self.content, in: neighbourhood)
    let us = try await neighbourhood.peer("us", greeting: holders)
    for holder in holders { try await us.waitUntilItLists(file, heldBy: holder.id) }
    us.send("get \(file)")
    try await eventually("some of it is here") { try await received(us) > bytes }
    return (us, holders, file)
  }

  @Test func `killing two of three holders does not end a download`() async throws {
    try await withNeighbourhood { neighbourhood in
      let (us, holders, file) = try await begun(with: 3, past: 2 << 20, in: neighbourhood)
      for holder in holders.prefix(2) { holder.process.signal(SIGKILL) }
      try await us.waitUntilItHolds(file, within: .seconds(60))
      #expect(try us.shared()["big.bin"] == Data(Self.content))
    }
  }

  @Test func `a killed peer goes on where it was`() async throws {
    try await withNeighbourhood { neighbourhood in
      let (us, holders, file) = try await begun(with: 1, past: 5 << 20, in: neighbourhood)
      us.process.signal(SIGKILL)
      _ = try await us.process.waitForEnd()
      let risen = try await neighbourhood.peer("us", port: us.port, home: us.home, greeting: holders)
      // Nobody asks again.
      try await risen.waitUntilItHolds(file, within: .seconds(60))
      try await risen.process.errors.line("what was here already") { $0.contains("of it are here already") }
      #expect(try await risen.api.status().bytesReceived <= Self.content.count - (4 << 20))
      #expect(try risen.shared()["big.bin"] == Data(Self.content))
    }
  }

  @Test func `a paused download goes on where it was`() async throws {
    try await withNeighbourhood { neighbourhood in
      let (us, _, file) = try await begun(with: 1, past: 3 << 20, in: neighbourhood)
      us.send("pause \(file)")
      try await eventually("it is paused") {
        try await us.api.transfers().contains { $0.direction == "down" && $0.state == "paused" }
      }
      us.send("resume \(file)")
      try await us.waitUntilItHolds(file, within: .seconds(60))
      #expect(try await us.api.status().bytesReceived <= Self.content.count + (1 << 20))
    }
  }
}
