import Foundation
import TestSupport
import Testing

/// Bad input ends its own connection with a line in the log and changes nothing else.
@Suite struct HostileMessageTests {
  struct Attack: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String

    init(_ name: String, _ text: String) {
      testDescription = name
      self.text = text
    }
  }

  static let id = String(repeating: "a", count: 64)

  static let attacks = [
    Attack("nothing at all", ""),
    Attack("no JSON", "hello?\r\n\r\n"),
    Attack("another protocol", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    Attack("the beginning of a message", #"{"type": "GOSSIP", "host": "127"#),
    Attack("no message", "[1, 2, 3]"),
    Attack("an unknown type", #"{"type": "EXPLODE"}"#),
    Attack("no type", #"{"host": "127.0.0.1"}"#),
    Attack("fields of wrong types", #"{"type": "GOSSIP", "host": 7, "port": [], "id": {}, "peerId": true}"#),
    Attack(
      "a port out of range", #"{"type": "GOSSIP", "host": "h", "port": 70000, "id": "1", "peerId": "x"}"#),
    Attack("a number that no type holds", #"{"type": "GOSSIP", "port": 1e999999, "id": "1"}"#),
    Attack("a file id that is none", #"{"type": "GET_FILE", "file_id": "../../etc/passwd"}"#),
    Attack("data that is no hex", #"{"type": "FILE_DATA", "file_id": "\#(id)", "data": "xyz"}"#),
    Attack(
      "a file of another hash",
      #"""
      {"type": "FILE_DATA", "file_name": "x", "file_size": 1, "file_id": "\#(id)", "file_owner": "x", \#
      "file_timestamp": 1, "data": "00"}
      """#),
    Attack("deep nesting", #"{"type": "ANNOUNCE", "x": "# + String(repeating: "[", count: 100_000)),
    Attack("a text without end", #"{"type": "GOSSIP", "host": ""# + String(repeating: "a", count: 2_000_000)),
    Attack("a lone surrogate", #"{"type": "ANNOUNCE", "from": "\ud800", "file_id": "\#(id)"}"#),
    Attack("bytes that are no UTF-8", "{\"type\": \"DELETE\", \"from\": \"\u{00FF}\u{00FE}\u{0080}\"}"),
  ]

  @Test(arguments: attacks)
  func `it changes nothing, and the peer goes on`(attack: Attack) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let attacker = try await neighbourhood.python("plain", .init(gossipInterval: 0))
      try await attacker.say(attack.text, to: us)
      let peer = try await neighbourhood.python("plain", .init(greeting: [us]))
      try await us.waitUntilItTracks(peer.id)
      #expect(try await us.api.peers().map(\.peerId) == [peer.id])
      #expect(try us.shared().isEmpty)
      #expect(us.process.isRunning)
    }
  }

  @Test func `names from the network reach the log and the page as harmless text`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let peer = try await neighbourhood.python("plain", .init(greeting: [us]))
      let name = #"\u001b]0;owned\u0007\u202e<script>alert(1)</script>\r\n.txt"#
      let added = try await peer.do("add", ["file": #"{"name": "\#(name)", "text": "harmless"}"#])
      let id = try #require(added.fileId)
      try await peer.tell("push", id, to: us)
      try await us.waitUntilItHolds(id)
      let page = try await HTTP.get(port: us.api.port, "/").text
      #expect(!page.contains("<script>alert"))
      for text in [page, us.process.errors.text, us.process.output.text] {
        #expect(!text.contains("\u{1B}]0;owned") && !text.contains("\u{202E}"))
      }
      for stored in try us.shared().keys {
        #expect(stored.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
      }
    }
  }
}
