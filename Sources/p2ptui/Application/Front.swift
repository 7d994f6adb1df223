import Foundation
import PeerCore
import PeerEngine

/// What is in front of a peer: the screen, or headless commands.
struct Front: Sendable {
  let options: Options
  let engine: PeerEngine

  /// Returns when the user quits, or the system asks the program to end. `exit` leaves the commands; the
  /// peer then serves until the system asks, and no longer minds that its terminal goes away.
  func run(until termination: Termination) async throws {
    if options.onHangup == .serve { termination.outliveTerminal() }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        while let number = await termination.next() {
          guard number == SIGHUP, termination.outlivesTerminal else { break }
          await engine.log(.info, "the terminal is gone; the peer goes on serving")
        }
        return true
      }
      group.addTask {
        guard let leave = try await show() else { return false }
        if leave == .exit { termination.outliveTerminal() }
        return leave == .quit
      }
      while let isOver = try await group.next(), !isOver {}
      // From here on: who reads our output may never take the last of it.
      Application.limitEnd()
      group.cancelAll()
    }
  }

  private func show() async throws -> Leave? {
    let commands = Commands(
      client: engine, workingDirectory: FileManager.default.currentDirectoryPath,
      homeDirectory: UserHome.path(ProcessInfo.processInfo.environment))
    if !options.headless, isatty(STDOUT_FILENO) == 1 {
      guard let obstacle = Screen.obstacle() else { return try await showScreen(commands) }
      tell("\(obstacle); without a screen, commands come from standard input (try help)")
    }
    return try await runHeadless(client: engine, commands: commands, json: options.json)
  }

  private func showScreen(_ commands: Commands) async throws -> Leave {
    let me = engine.snapshot.me
    var screen = ScreenOptions()
    screen.theme = options.theme
    screen.ascii = options.ascii
    screen.mouse = options.mouse
    screen.onHangup = options.onHangup == .serve ? .exit : .quit
    screen.peerTimeout = options.settings.peerTimeout
    screen.keys = options.keys
    screen.historyDirectory =
      URL(fileURLWithPath: me.filesPath).deletingLastPathComponent().appendingPathComponent(".p2ptui").path
    let leave = try await Screen(client: engine, commands: commands, options: screen).run()
    if leave == .exit {
      await engine.log(.info, "the screen is gone; the peer goes on serving")
      let pid = ProcessInfo.processInfo.processIdentifier
      tell("\(me.peerID) goes on serving at \(me.endpoint); Ctrl-C or kill \(pid) ends it")
    }
    return leave
  }

  /// On standard error, where it is in nobody's way; a terminal that is gone hears nothing.
  private func tell(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("p2ptui: \(Visible.text(text))\n".utf8))
  }
}
