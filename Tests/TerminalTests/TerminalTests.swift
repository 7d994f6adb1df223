import Foundation
import TestSupport
import Testing

/// A size at which the screen is tried.
struct Size: Sendable, CustomTestStringConvertible {
  var columns: Int
  var rows: Int
  var testDescription: String { "\(columns)×\(rows)" }

  static let both = [Size(columns: 80, rows: 24), Size(columns: 200, rows: 60)]
}

/// The real program in a real terminal, used as a new user would.
@Suite struct TerminalTests {
  @Test(arguments: Size.both)
  func `the panes are there, and who and where we are`(size: Size) async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, size)
      let screen = try await session.waitForPanes()
      #expect(screen.count == size.rows)
      #expect(screen[0].contains("me"))
      #expect(screen[0].contains("\(session.port)"))
      #expect(screen.allSatisfy { $0.count <= size.columns })
    }
  }

  @Test(arguments: Size.both)
  func `push, fetch, delete and help from the keyboard`(size: Size) async throws {
    try await withNeighbourhood { neighbourhood in
      let bob = try await neighbourhood.peer("bob")
      let theirs = try await bob.push(neighbourhood.makeFile("theirs.txt", "theirs\n".utf8))
      let session = try await Session(neighbourhood, size, greeting: [bob])
      let terminal = session.terminal
      try await session.waitForPanes()

      // A neighbour's file appears, is selected and fetched.
      try await terminal.waitFor(text: "theirs.txt")
      try await terminal.press("g", "f")
      try await session.api.waitUntilHeld(theirs.fileId)

      // A file of our own.
      let mine = try neighbourhood.makeFile("mine.txt", "mine\n".utf8)
      try await terminal.press(":")
      try await terminal.type("push \(mine.path)")
      try await terminal.press("Enter")
      try await terminal.waitFor(text: "mine.txt")
      let shared = try await eventually("the file is shared") {
        try await session.api.files().files.first { $0.fileName == "mine.txt" && $0.local }
      }

      // Deleted, after a question whose default is No. It sorts before the other.
      try await session.select("mine.txt")
      try await terminal.press("D")
      try await terminal.waitFor("a question") { $0.joined().contains("?") }
      try await terminal.press("Enter")
      #expect(try await session.api.file(shared.fileId)?.local == true)
      try await session.select("mine.txt")
      try await terminal.press("D", "y")
      try await eventually("the file is gone") { try await session.api.file(shared.fileId) == nil }

      // Help, and one layer back.
      try await terminal.press("?")
      try await terminal.waitFor("the keys") { screen in
        ["─ Keys ─", "fetch the marked files", "share a file of this machine"].allSatisfy { text in
          screen.contains { $0.contains(text) }
        }
      }
      try await session.closeBox()
    }
  }

  @Test func `resizing to anything and back loses nothing`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, Size.both[0])
      try await session.waitForPanes()
      for (columns, rows) in [(200, 60), (120, 30), (40, 10), (10, 3), (2, 1), (300, 100), (80, 24)] {
        try await session.terminal.resize(columns: columns, rows: rows)
      }
      let screen = try await session.waitForPanes()
      #expect(screen.count == 24)
      #expect(try await session.api.status().peerId == "me")
    }
  }

  @Test func `a size that is too small says which it needs`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, Size(columns: 30, rows: 5))
      try await session.terminal.waitFor("a size") { screen in
        screen.joined(separator: " ").contains { $0.isNumber }
      }
      try await session.terminal.resize(columns: 80, rows: 24)
      try await session.waitForPanes()
    }
  }

  @Test(arguments: Size.both)
  func `q leaves the terminal as it was`(size: Size) async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, size)
      try await session.waitForPanes()
      try await session.terminal.press("q")
      try await session.expectRestoredTerminal(status: "0")
    }
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `a signal that ends it leaves the terminal as it was`(signal: Int32) async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, Size.both[0])
      try await session.waitForPanes()
      kill(try session.pid(), signal)
      try await session.expectRestoredTerminal(status: "0")
    }
  }

  @Test(arguments: [SIGSEGV, SIGABRT, SIGHUP])
  func `a crash leaves the terminal as it was`(signal: Int32) async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, Size.both[0])
      try await session.waitForPanes()
      kill(try session.pid(), signal)
      try await session.expectRestoredTerminal()
    }
  }

  @Test func `suspended and resumed it comes back whole`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, Size.both[0])
      try await session.waitForPanes()
      try await session.terminal.press("C-z")
      // The script that started it goes on, and finds the settings of before; 148 says "stopped".
      try await session.expectRestoredTerminal(status: "148")
      try await session.terminal.type("fg")
      try await session.terminal.press("Enter")
      try await session.waitForPanes()
      try await session.terminal.press("q")
      try await session.terminal.waitFor("the shell") { !Session.hasPanes($0) }
    }
  }

  @Test(arguments: ["dumb", "no-such-terminal"])
  func `a terminal without abilities gets headless answers, told in a line`(name: String) async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, Size.both[0], environment: "TERM=\(name)")
      try await eventually("the page") { await session.api.isHealthy() }
      try await session.terminal.type("help")
      try await session.terminal.press("Enter")
      try await session.terminal.waitFor(text: "announce")
    }
  }

  @Test func `file names from the network send nothing to the terminal`() async throws {
    try await withNeighbourhood { neighbourhood in
      let peer = try await neighbourhood.python("plain")
      let name = #"\u001b[2J\u001b]0;owned\u0007x.txt"#
      let added = try await peer.do("add", ["file": #"{"name": "\#(name)", "text": "harmless"}"#])
      #expect(added.event == "done")
      let session = try await Session(neighbourhood, Size.both[0], greeting: [peer])
      try await session.waitForPanes()
      let screen = try await session.terminal.waitFor(text: "x.txt")
      #expect(Session.hasPanes(screen))
    }
  }

  @Test func `the demo shows peers, and files being fetched, within 20 seconds`() async throws {
    try await withNeighbourhood { neighbourhood in
      let terminal = try await neighbourhood.terminal(
        columns: 120, rows: 40, "'\(PeerProcess.executable)' --demo")
      try await terminal.waitFor("the panes", where: Session.hasPanes)
      try await terminal.waitFor("gossip in the log") { $0.joined().lowercased().contains("gossip") }
      try await terminal.press("q")
      try await terminal.waitFor("a question or the shell") { screen in
        !Session.hasPanes(screen) || screen.joined().contains("?")
      }
    }
  }
}

extension StatsAPI {
  func waitUntilHeld(_ file: String) async throws {
    try await eventually("the file is here") { try await self.file(file)?.local == true }
  }
}
