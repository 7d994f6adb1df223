/// Carries command lines out, on the screen's prompt and headless alike.
protocol CommandRunner: Sendable {
  func run(_ line: String) async -> CommandOutput

  /// - Parameters:
  ///   - cursor: where in the line, in characters.
  ///   - browses: the way up is a candidate too.
  func complete(_ line: String, cursor: Int, browses: Bool) async -> Completions
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
  var candidates: [Candidate]
  /// Where the candidates are: a directory. Empty where that says nothing.
  var place = ""
}

/// What can stand in a line in place of what is typed of it.
struct Candidate: Sendable, Equatable, ExpressibleByStringLiteral {
  /// As it is typed: quoted where that is needed.
  var text: String
  /// As it is shown.
  var label: String
  /// What else is to be known: a size, an owner.
  var note: String
  /// It leads on to further candidates.
  var isDirectory = false

  init(_ text: String, label: String? = nil, note: String = "", isDirectory: Bool = false) {
    self.text = text
    self.label = label ?? text
    self.note = note
    self.isDirectory = isDirectory
  }

  init(stringLiteral text: String) { self.init(text) }
}
