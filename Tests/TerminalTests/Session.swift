import Foundation
import TestSupport
import Testing

/// The program on a terminal's screen, started from a shell that writes the terminal's settings down before
/// and after.
struct Session {
  let terminal: Tmux
  let api: StatsAPI
  let port: Int
  let home: URL
  private let directory: URL

  /// - Parameters:
  ///   - environment: `NAME=value` words for the program.
  ///   - options: words for the program, which win over the usual ones.
  ///   - home: of an earlier session, to go on where it ended; else a new one.
  init(
    _ neighbourhood: Neighbourhood, _ size: Size = Size.both[0], greeting: [any Greetable] = [],
    environment: String = "", options: String = "", home: URL? = nil
  ) async throws {
    directory = try neighbourhood.makeDirectory("terminal-\(UUID().uuidString.prefix(4))")
    port = try FreePort.take()
    let httpPort = try FreePort.take()
    api = StatsAPI(port: httpPort)
    let home = try home ?? neighbourhood.makeDirectory("home-me-\(UUID().uuidString.prefix(4))")
    self.home = home
    let bootstrap = greeting.isEmpty ? "none" : greeting.map(\.address).joined(separator: " --bootstrap ")
    // The inner shell tells the process id, which becomes the program's.
    let script = """
      stty -g > '\(directory.path)/before'
      XDG_CONFIG_HOME='\(home.path)/no-config' \(environment) sh -c 'echo $$ > "$0/pid"; exec "$@"' \
      '\(directory.path)' '\(PeerProcess.executable)' me 127.0.0.1 \(port) \(httpPort) --home '\(home.path)' \
      --bootstrap \(bootstrap) \(PeerProcess.quick.joined(separator: " ")) \(options)
      echo $? > '\(directory.path)/status'
      stty -g > '\(directory.path)/after'
      echo THE END
      """
    let file = directory.appendingPathComponent("start")
    try Data(script.utf8).write(to: file)
    // Sourced, so that suspending it suspends a job of the terminal's own shell.
    terminal = try await neighbourhood.terminal(
      columns: size.columns, rows: size.rows, ". '\(file.path)'")
  }

  static func hasPanes(_ screen: [String]) -> Bool {
    ["Files", "Peers", "Log"].allSatisfy { title in screen.contains { $0.contains(title) } }
  }

  @discardableResult
  func waitForPanes() async throws -> [String] {
    try await terminal.waitFor("the three panes", where: Self.hasPanes)
  }

  /// Moves the selection to a file, whose row the hardware cursor then sits on.
  func select(_ name: String) async throws {
    try await terminal.waitFor("\(name) is listed") { screen in
      screen.contains { row in
        let row = row.drop { $0 == " " }
        return (row.hasPrefix("●") || row.hasPrefix("○")) && row.contains(name)
      }
    }
    for _ in 0..<5 {
      try await terminal.press("1", "g")
      for _ in 0..<5 {
        // While a frame is drawn the cursor is under way; where it stays is where it belongs.
        var looks = 0
        let selected: Void? = try? await eventually("\(name) is selected", within: .seconds(2)) {
          let row = try await terminal.cursor().row
          looks = try await terminal.screen()[row].contains(name) ? looks + 1 : 0
          return looks >= 4
        }
        if selected != nil { return }
        try await terminal.press("j")
      }
    }
    let screen = try await terminal.screen().joined(separator: "\n")
    throw Unexpected("the cursor never came to the row of \(name); the screen:\n\(screen)")
  }

  /// Closes a box that lies over the panes, such as a command's answer.
  func closeBox() async throws {
    try await terminal.waitFor(text: "Esc closes")
    try await escape("the panes alone") { screen in
      Self.hasPanes(screen) && !screen.contains { $0.contains("Esc closes") }
    }
  }

  /// The row of the screen that shows a text, as the mouse counts.
  func row(of text: String) async throws -> Int {
    let screen = try await terminal.waitFor(text: text)
    return (screen.firstIndex { $0.contains(text) } ?? 0) + 1
  }

  /// Presses the mouse's button where a text stands, and lets it go.
  func click(_ text: String) async throws {
    let row = try await row(of: text)
    let line = try await terminal.screen()[row - 1]
    let column = line.range(of: text).map { line.distance(from: line.startIndex, to: $0.lowerBound) + 1 } ?? 1
    try await terminal.type("\u{1B}[<0;\(column);\(row)M")
    try await terminal.type("\u{1B}[<0;\(column);\(row)m")
  }

  /// Esc, and what it leads to: a key that followed at once would be Alt with that key.
  func escape(_ what: String, where matches: ([String]) -> Bool) async throws {
    try await terminal.press("Escape")
    try await terminal.waitFor(what, where: matches)
  }

  /// A line of the log's file, past or to come.
  func waitForLog(_ text: String) async throws {
    try await eventually("“\(text)” in the log") {
      try String(contentsOf: home.appendingPathComponent(".p2ptui/peer.log"), encoding: .utf8).contains(text)
    }
  }

  func pid() throws -> pid_t {
    let text = try String(contentsOf: directory.appendingPathComponent("pid"), encoding: .utf8)
    guard let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw Unexpected("no process id")
    }
    return pid
  }

  /// The program has ended, the shell is back on its own screen, with the settings of before.
  func expectRestoredTerminal(status: String? = nil) async throws {
    let after = try await eventually("the program has ended", within: .seconds(60)) {
      if let after = read("after") { return after }
      // After a crash Swift's own report may offer to be looked at; any key declines.
      if try await terminal.screen().contains(where: { $0.contains("any other key") }) {
        try await terminal.press("x")
      }
      return nil
    }
    #expect(after == read("before"))
    if let status { #expect(read("status") == status) }
    let screen = try await terminal.waitFor("the shell") { !Self.hasPanes($0) }
    #expect(!Self.hasPanes(screen))
    // What is typed is seen again, and is not an escape sequence of some mouse.
    try await terminal.type("echo seen-$((40 + 2))")
    try await terminal.press("Enter")
    let shown = try await terminal.waitFor(text: "seen-42")
    #expect(shown.contains { $0.contains("echo seen-") })
  }

  private func read(_ name: String) -> String? {
    let text = try? String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
    return text.flatMap { $0.hasSuffix("\n") ? String($0.dropLast()) : nil }
  }
}
