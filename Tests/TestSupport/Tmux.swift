import Foundation

/// A terminal in which a program runs, seen and used as a person would, in a tmux server of its own.
public final class Tmux: Sendable {
  /// The path of the server's socket.
  private let socket: String

  init(columns: Int, rows: Int, command: String, directory: URL) async throws {
    socket = directory.appendingPathComponent("tmux-\(UUID().uuidString.prefix(4))").path
    try await tmux(
      "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "-c", directory.path, "sh")
    try await tmux("set-option", "-g", "status", "off")
    try await tmux("set-option", "-g", "remain-on-exit", "on")
    try await tmux("set-option", "-s", "set-clipboard", "on")
    try await resize(columns: columns, rows: rows)
    try await type(command)
    try await press("Enter")
  }

  /// The screen as text, one string a row.
  public func screen() async throws -> [String] { try await tmux("capture-pane", "-p") }

  /// The screen with the escape sequences of its colours and attributes.
  public func colouredScreen() async throws -> [String] { try await tmux("capture-pane", "-p", "-e") }

  /// Keys by tmux's names: `Enter`, `Escape`, `Tab`, `C-l`, `F1`, or a character.
  public func press(_ keys: String...) async throws {
    for key in keys { try await tmux("send-keys", key) }
  }

  /// Text, character by character.
  public func type(_ text: String) async throws { try await tmux("send-keys", "-l", text) }

  public func resize(columns: Int, rows: Int) async throws {
    try await tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// Column and row of the cursor, from 0.
  public func cursor() async throws -> (column: Int, row: Int) {
    let numbers = try await tmux("display-message", "-p", "#{cursor_x} #{cursor_y}")
      .joined().split(separator: " ").compactMap { Int($0) }
    guard numbers.count == 2 else { throw Unexpected("tmux does not tell where the cursor is") }
    return (numbers[0], numbers[1])
  }

  /// What programs made the window's title.
  public func title() async throws -> String {
    try await tmux("display-message", "-p", "#{pane_title}").joined()
  }

  /// What was copied last; empty if nothing was.
  public func clipboard() async throws -> String { try await tmux("show-buffer").joined(separator: "\n") }

  /// Whether the program wants to hear of the mouse.
  public func reportsMouse() async throws -> Bool {
    try await tmux("display-message", "-p", "#{mouse_any_flag}") == ["1"]
  }

  /// Waits until the screen shows something, and returns it.
  @discardableResult
  public func waitFor(
    _ what: String, within limit: Duration = patience, file: String = #fileID, line: Int = #line,
    where matches: ([String]) -> Bool
  ) async throws -> [String] {
    do {
      return try await eventually("the screen shows \(what)", within: limit, file: file, line: line) {
        let screen = try await screen()
        return matches(screen) ? screen : nil
      }
    } catch let error as NotInTime {
      let screen = (try? await screen()) ?? []
      throw Unexpected("\(error)\n" + screen.map { "|\($0)" }.joined(separator: "\n"))
    }
  }

  /// Waits until a text is somewhere on the screen.
  @discardableResult
  public func waitFor(
    text: String, within limit: Duration = patience, file: String = #fileID, line: Int = #line
  ) async throws -> [String] {
    try await waitFor("“\(text)”", within: limit, file: file, line: line) { screen in
      screen.contains { $0.contains(text) }
    }
  }

  /// The terminal goes away, as when a connection breaks.
  public func end() async { _ = try? await tmux("kill-server") }

  @discardableResult
  private func tmux(_ arguments: String...) async throws -> [String] {
    // A terminal is what the tests are about: whatever this process runs in has no say.
    let result = try await ChildProcess.run(
      "tmux", ["-S", socket, "-f", "/dev/null"] + arguments,
      environment: ["TMUX": nil, "TERM": "xterm-256color", "PS1": "$ ", "ENV": nil])
    guard result.status == 0 else {
      throw Unexpected("tmux \(arguments.first ?? ""): \(result.errors.joined(separator: " "))")
    }
    return result.output
  }
}
