/// Carries command lines out, on the screen's prompt and headless alike.
protocol CommandRunner: Sendable {
  func run(_ line: String) async -> CommandOutput

  /// - Parameter cursor: where in the line, in characters.
  func complete(_ line: String, cursor: Int) async -> Completions
}

/// What a command line answered.
struct CommandOutput: Sendable {
  var lines: [String]
  var failed: Bool
  /// Set by the commands that leave.
  var leave: Leave?

  init(lines: [String], failed: Bool = false, leave: Leave? = nil) {
    self.lines = lines
    self.failed = failed
    self.leave = leave
  }
}

/// How the user left.
enum Leave: Sendable, Equatable {
  /// The peer goes on serving.
  case exit
  /// The peer ends.
  case quit
}

struct Completions: Sendable, Equatable {
  /// The characters of the line that a candidate replaces.
  var range: Range<Int>
  var candidates: [String]
}
