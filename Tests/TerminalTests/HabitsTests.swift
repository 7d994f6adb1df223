import Foundation
import TestSupport
import Testing

/// What the user has set up, and what is kept from one session to the next.
@Suite struct HabitsTests {
  @Test func `keys and settings come from the configuration file`() async throws {
    try await withNeighbourhood { neighbourhood in
      let config = try neighbourhood.makeFile("config", "ascii: yes\nkeys:\n  help: F2\n  quit: [Q]\n".utf8)
      let session = try await Session(neighbourhood, options: "--config '\(config.path)'")
      let screen = try await session.waitForPanes()
      #expect(screen.last?.contains("F2 help") == true && screen.joined().contains("=="))
      try await session.terminal.press("q", "F2")
      try await session.closeBox()
      try await session.terminal.press("Q")
      try await session.expectRestoredTerminal(status: "0")
    }
  }

  @Test func `a key with two meanings is refused with its line`() async throws {
    try await withNeighbourhood { neighbourhood in
      let config = try neighbourhood.makeFile("config", "keys:\n  fetch: D\n".utf8)
      let session = try await Session(neighbourhood, options: "--config '\(config.path)'")
      try await session.terminal.waitFor(text: "config, line 2: D would be fetch")
      try await session.expectRestoredTerminal(status: "1")
    }
  }

  @Test func `the prompt remembers commands, and finds them`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood)
      try await session.waitForPanes()
      for command in ["list nothing", "peers"] {
        try await session.terminal.press(":")
        try await session.terminal.type(command)
        try await session.terminal.press("Enter")
        try await session.terminal.waitFor("the answer \(command)") { screen in
          screen.joined().contains(command == "peers" ? "0 peers" : "0 of 0 files")
        }
      }
      try await session.terminal.press("q")
      try await session.expectRestoredTerminal(status: "0")
      let again = try await Session(neighbourhood, home: session.home)
      try await again.waitForPanes()
      try await again.terminal.press(":", "Up", "Up")
      try await again.terminal.waitFor(text: ":list nothing")
      try await again.terminal.press("C-u", "C-r", "e")
      try await again.terminal.waitFor(text: "(history: e) peers")
    }
  }

  @Test func `the filter has a history of its own, and what it finds is underlined`() async throws {
    try await withNeighbourhood { neighbourhood in
      let bob = try await neighbourhood.peer("bob")
      try await bob.push(neighbourhood.makeFile("日本語 notes.txt", "notes".utf8))
      let session = try await Session(neighbourhood, greeting: [bob])
      try await session.select("notes.txt")
      try await session.terminal.press("/")
      try await session.terminal.type("notes")
      try await eventually("the word is underlined") {
        try await session.terminal.colouredScreen().contains { row in
          row.contains(#/\u{1B}\[([0-9]+;)*4(;[0-9]+)*m(\u{1B}\[[0-9;]*m)*notes\u{1B}/#)
        }
      }
      try await session.terminal.press("Enter", "q")
      try await session.expectRestoredTerminal(status: "0")
      let again = try await Session(neighbourhood, home: session.home)
      try await again.waitForPanes()
      try await again.terminal.press(":", "Up")
      try await again.terminal.waitFor(text: "a command; Tab lists them")
      try await again.terminal.press("C-c", "/", "Up")
      try await again.terminal.waitFor("the filter of before") { $0.last == " /notes" }
    }
  }

  @Test func `the log is searched, narrowed and held`() async throws {
    try await withNeighbourhood { neighbourhood in
      let bob = try await neighbourhood.peer("bob")
      let session = try await Session(neighbourhood, greeting: [bob])
      let terminal = session.terminal
      try await session.waitForPanes()
      try await terminal.press("3", "m")
      try await terminal.waitFor(text: "is tracked")
      try await terminal.press("k")
      try await terminal.waitFor(text: "paused")
      try await terminal.press("G")
      try await terminal.waitFor("it follows") { screen in !screen.contains { $0.contains("paused") } }
      try await terminal.press("/")
      try await terminal.type("tracked")
      try await terminal.press("Enter")
      try await terminal.waitFor(text: "/tracked")
      try await session.escape("all lines") { screen in !screen.contains { $0.contains("/tracked") } }
      try await terminal.press("s", "s")
      try await terminal.waitFor(text: "warning and worse")
    }
  }
}
