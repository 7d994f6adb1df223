import PeerEngine

/// What a command answers, for people and for programs alike.
struct Answer: Sendable {
  /// The command's name as typed, for programs.
  var command: String
  /// For people.
  var lines: [String] = []
  /// One sentence if the command failed, wholly or in part.
  var error: String?
  /// Payload for programs, beside `command`, `ok` and `error`.
  var fields: [JSONValue.Field] = []
  var leave: Leave?

  static func failure(_ command: String, _ error: String) -> Answer {
    Answer(command: command, error: error)
  }

  var output: CommandOutput {
    CommandOutput(lines: lines + (error.map { [$0] } ?? []), failed: error != nil, leave: leave)
  }

  /// `{"command","ok","error"?, …}`.
  var json: JSONValue {
    var all: [JSONValue.Field] = [
      .init("command", .string(command)), .init("ok", .bool(error == nil)),
    ]
    if let error { all.append(.init("error", .string(error))) }
    return .object(all + fields)
  }
}
