import Foundation
import TestSupport
import Testing

/// Terminals of all kinds, and what passes through them.
@Suite struct TerminalKindTests {
  @Test(
    arguments: ["xterm-256color", "xterm", "screen", "screen-256color", "tmux", "linux", "vt100"],
    ["C.UTF-8", "C"])
  func `panes, keys and boxes work in`(term: String, locale: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, environment: "TERM=\(term) LC_ALL=\(locale)")
      let screen = try await session.waitForPanes()
      #expect(screen.joined().contains("━") != (locale == "C" || term == "linux"))
      #expect(screen.joined().unicodeScalars.allSatisfy { locale != "C" || $0.isASCII })
      try await session.terminal.press("?")
      try await session.closeBox()
      try await session.terminal.press("Down", "Tab", "q")
      try await session.expectRestoredTerminal(status: "0")
    }
  }

  @Test func `without Unicode, quotes are those of ASCII`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, environment: "LC_ALL=C")
      try await session.terminal.waitFor(text: "\"me\" listens on")
    }
  }

  @Test func `NO_COLOR and the theme mono send no colours`() async throws {
    try await withNeighbourhood { neighbourhood in
      for environment in ["NO_COLOR=1", "TERM=vt100"] {
        let session = try await Session(neighbourhood, environment: environment)
        try await session.waitForPanes()
        let coloured = try await session.terminal.colouredScreen().joined()
        #expect(
          coloured.range(of: "\u{1B}\\[[0-9;]*(3[0-7]|4[0-7]|[34]8;5)", options: .regularExpression) == nil)
        try await session.terminal.press("q")
      }
    }
  }

  @Test func `an id reaches the clipboard, and the window has a title while the screen is there`()
    async throws
  {
    try await withNeighbourhood { neighbourhood in
      let bob = try await neighbourhood.peer("bob")
      let file = try await bob.push(neighbourhood.makeFile("theirs.txt", "theirs\n".utf8))
      let session = try await Session(neighbourhood, greeting: [bob])
      let before = try await session.terminal.title()
      try await session.select("theirs.txt")
      try await session.terminal.press("y")
      try await session.terminal.waitFor(text: "Copied: \(file.fileId.prefix(40))")
      try await eventually("the clipboard has it") { try await session.terminal.clipboard() == file.fileId }
      #expect(try await session.terminal.title() == "p2ptui me")
      try await session.terminal.press("q")
      try await session.expectRestoredTerminal(status: "0")
      #expect(try await session.terminal.title() != "p2ptui me" || before == "p2ptui me")
    }
  }

  @Test func `the mouse selects, focuses, sorts, scrolls and takes hints`() async throws {
    try await withNeighbourhood { neighbourhood in
      let bob = try await neighbourhood.peer("bob")
      for name in ["a.txt", "b.txt", "c.txt"] {
        try await bob.push(neighbourhood.makeFile(name, name.utf8))
      }
      let session = try await Session(neighbourhood, greeting: [bob])
      let terminal = session.terminal
      try await terminal.waitFor("three files") { screen in screen.contains { $0.contains("1/3") } }
      try await session.click("c.txt")
      try await terminal.waitFor(text: "3/3")
      try await session.click("NAME")
      try await terminal.waitFor(text: "NAME▼")
      try await session.click("2 Peers")
      try await terminal.waitFor(text: "━ 2 Peers")
      try await session.click("? help")
      try await session.closeBox()
      try await terminal.press("3", "m")
      try await terminal.waitFor("the log alone") { screen in screen.contains { $0.contains("━ 3 Log ") } }
      try await session.click("1 Files")
      try await terminal.waitFor(text: "━ 1 Files")
    }
  }

  @Test func `with --no-mouse the terminal keeps the mouse`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, options: "--no-mouse")
      try await session.waitForPanes()
      #expect(try await session.terminal.reportsMouse() == false)
      let other = try await Session(neighbourhood)
      try await other.waitForPanes()
      #expect(try await other.terminal.reportsMouse())
    }
  }

  @Test func `a storm of resizes ends in a whole screen`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood)
      try await session.waitForPanes()
      let pid = try session.pid()
      for round in 0..<20 {
        try await session.terminal.resize(columns: 60 + round * 7 % 90, rows: 18 + round * 5 % 30)
        for _ in 0..<50 { kill(pid, SIGWINCH) }
      }
      try await session.terminal.resize(columns: 80, rows: 24)
      let screen = try await session.waitForPanes()
      #expect(screen.count == 24 && screen[0].contains("me"))
      #expect(try await session.api.status().peerId == "me")
    }
  }
}
