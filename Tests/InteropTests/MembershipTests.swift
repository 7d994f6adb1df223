import Foundation
import TestSupport
import Testing

/// Whom the program tracks, and whom it believes (PROTOCOL.md, "Membership" and "Identity").
@Suite struct MembershipTests {
  @Test func `a gossip is forwarded unchanged, unknown fields included`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let listener = try await neighbourhood.python("plain", .init(greeting: [us], gossipInterval: 0.5))
      try await us.waitUntilItTracks(listener.id)
      let id = "11111111-2222-3333-4444-555555555555"
      let stranger = try await neighbourhood.python("plain", .init(gossipInterval: 0))
      let text = #"""
        {"type": "GOSSIP", "mood": [1.50, "\u00e9", null], "host": "127.0.0.1", "port": "\#(stranger.port)", \#
        "id": "\#(id)", "peerId": "stranger"}
        """#
      try await stranger.say(text, to: us)
      let forwarded = try await listener.received("GOSSIP") { $0.raw?.contains(id) == true }
      #expect(forwarded.raw?.trimmed == text)
    }
  }

  @Test func `a repeated gossip is answered once`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us", ["--gossip-interval", "60"])
      let peer = try await neighbourhood.python("plain", .init(gossipInterval: 0))
      let text = #"""
        {"type": "GOSSIP", "host": "127.0.0.1", "port": \#(peer.port), "id": "the same", "peerId": "\#(peer.id)"}
        """#
      for _ in 0..<3 { try await peer.say(text, to: us) }
      try await peer.received("GOSSIP_REPLY")
      // What comes later is answered later: when this answer is there, a second to the first would be too.
      try await peer.gossip(to: us)
      try await eventually("the second reply") { peer.replies >= 2 }
      #expect(peer.replies == 2)
    }
  }

  @Test func `of two peers with one id the living one is not moved by a gossip`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let first = try await neighbourhood.python("plain", .init(id: "twin", greeting: [us]))
      try await us.waitUntilItTracks("twin")
      let text = #"{"type": "GOSSIP", "host": "127.0.0.1", "port": 9, "id": "moved", "peerId": "twin"}"#
      try await first.say(text, to: us)
      let witness = try await neighbourhood.python("plain", .init(greeting: [us]))
      try await us.waitUntilItTracks(witness.id)
      let twin = try await us.api.peers().first { $0.peerId == "twin" }
      #expect(twin?.port == first.port)
    }
  }

  @Test func `our own id from elsewhere never enters the tables`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let impostor = try await neighbourhood.python("plain", .init(id: "us", greeting: [us]))
      let witness = try await neighbourhood.python("plain", .init(greeting: [us]))
      try await us.waitUntilItTracks(witness.id)
      #expect(try await !us.api.peers().contains { $0.port == impostor.port })
    }
  }

  @Test func `a deletion by anyone but the owner is refused`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let ours = try await us.push(neighbourhood.makeFile("ours.txt", "ours\n".utf8))
      let thief = try await neighbourhood.python("plain", .init(greeting: [us]))
      let nameless = try await neighbourhood.python("nameless", .init(greeting: [us]))
      try await us.waitUntilItTracks(thief.id)
      try await us.waitUntilItTracks(nameless.trackedAs)
      let theirs = try await nameless.add("theirs.txt", size: 100)
      try await nameless.tell("push", theirs.fileId, to: us)
      try await us.waitUntilItHolds(theirs.fileId)

      try await nameless.tell("delete", theirs.fileId, to: us)
      for pretended in [thief.id, "us"] {
        try await thief.do(
          "delete",
          ["to": "\"\(us.address)\"", "file_id": "\"\(ours.fileId)\"", "as": "\"\(pretended)\""])
      }
      // What came after the deletions has been dealt with, so they have.
      let later = try await thief.add("later.txt", size: 10)
      try await thief.tell("push", later.fileId, to: us)
      try await us.waitUntilItHolds(later.fileId)
      #expect(try await us.api.file(ours.fileId)?.local == true)
      #expect(try await us.api.file(theirs.fileId)?.local == true)
    }
  }

  @Test func `a deleted file is not brought back by late gossip`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let ours = try await us.push(neighbourhood.makeFile("ours.txt", "ours\n".utf8))
      // Fetches the file and never hears of its deletion.
      let deaf = try await neighbourhood.python("plain", .init(gossipInterval: 0))
      try await deaf.get(ours.fileId, from: us)
      us.send("delete \(ours.fileId)")
      try await us.waitUntilItForgets(file: ours.fileId)
      try await deaf.do("add", ["file": #"{"name": "new.txt", "size": 10}"#])
      try await deaf.gossip(to: us)
      try await us.waitUntilItTracks(deaf.id)
      // The owner tells a peer that still lists it once more.
      try await deaf.event("the deletion") { $0.event == "deleted" && $0.fileId == ours.fileId }
      #expect(try await us.api.file(ours.fileId) == nil)
    }
  }
}

extension PythonPeer {
  fileprivate var replies: Int { events.count { $0.event == "received" && $0.type == "GOSSIP_REPLY" } }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
