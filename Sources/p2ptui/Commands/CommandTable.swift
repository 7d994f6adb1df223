import PeerCore

/// Every command, once: parsing, help and completion come from this table.
struct CommandSpec: Sendable {
  /// What may follow a command's name.
  enum Argument: Sendable, Equatable {
    case nothing
    /// Any words, or none.
    case text
    /// One path or more.
    case paths
    /// One file; completion offers those of this kind.
    case file(FileKind)
    /// One file or more. Only commands that take nothing away have it: one word of a mistyped name with spaces may be
    /// another file's name.
    case files(FileKind)
    /// One file, then one of these words.
    case fileAndWord(FileKind, words: [String])
    /// One of these words, then a value.
    case wordAndValue(words: [String], value: String)
    /// A `host:port`, or nothing.
    case endpoint
    /// A number of lines, or nothing.
    case count
    /// A command's name, or nothing.
    case command
  }

  enum FileKind: Sendable, Equatable { case missing, local, inTransfer }

  let name: CommandName
  let argument: Argument
  /// One line.
  let help: String

  /// The arguments as help shows them.
  var arguments: String {
    switch argument {
    case .nothing: ""
    case .text: "[text]"
    case .paths: "<path>…"
    case .file: "<file>"
    case .files: "<file>…"
    case .fileAndWord(_, let words): "<file> \(words.joined(separator: "|"))"
    case .wordAndValue(let words, let value): "\(words.joined(separator: "|")) \(value)"
    case .endpoint: "[host:port]"
    case .count: "[n]"
    case .command: "[command]"
    }
  }

  var usage: String { arguments.isEmpty ? name.rawValue : "\(name.rawValue) \(arguments)" }

  /// What else is worth knowing, for `help <command>`.
  var notes: [String] {
    switch argument {
    case .file, .files, .fileAndWord:
      [
        "<file> is a file id, a unique prefix of 4 or more characters, or a file's name if only one "
          + "file has it.",
        "Quote a name with spaces: 'my notes.txt'.",
      ]
    case .paths: ["Paths may be quoted; ~ is your home directory."]
    case .text:
      [
        "Every word of the text must occur in a file's name or owner, or begin its id. Also:",
        "owner:ann  peer:bob  name:txt  id:4f  here  remote  fetching  failed  unavailable  >10M  <1G  !not",
      ]
    case .nothing, .endpoint, .count, .command, .wordAndValue: []
    }
  }
}

enum CommandName: String, Sendable, CaseIterable {
  case list, peers, push, get, delete, forget, announce, gossip, transfers, pause, resume, cancel, retry
  case move, priority, limit, slots
  case log, stats, help, exit, quit

  var spec: CommandSpec {
    switch self {
    case .list: spec(.text, "Files of the network, all or those that match.")
    case .peers: spec(.nothing, "Peers that are alive.")
    case .push: spec(.paths, "Share files from this machine with the network.")
    case .get: spec(.files(.missing), "Fetch files.")
    case .delete: spec(.file(.local), "Withdraw an own file from the whole network, at once.")
    case .forget: spec(.file(.local), "Drop only this peer's copy of a file.")
    case .announce: spec(.files(.local), "Tell every peer that files are here.")
    case .gossip: spec(.endpoint, "Greet one peer, or a few random ones, now.")
    case .transfers: spec(.nothing, "Downloads and uploads.")
    case .pause: spec(.files(.inTransfer), "Stop downloads for now.")
    case .resume: spec(.files(.inTransfer), "Go on with paused downloads.")
    case .cancel: spec(.file(.inTransfer), "Give a download up.")
    case .retry: spec(.files(.inTransfer), "Try failed downloads again, now.")
    case .move:
      spec(
        .fileAndWord(.inTransfer, words: QueueMove.allCases.map(\.rawValue)),
        "Put a download elsewhere in the queue.")
    case .priority:
      spec(
        .fileAndWord(.inTransfer, words: TransferPriority.allCases.map(\.rawValue)),
        "Let a download begin before or after others.")
    case .limit:
      spec(
        .wordAndValue(words: Self.directions, value: "<rate>|none"),
        "Bytes a second of all downloads or uploads, such as 2M.")
    case .slots: spec(.wordAndValue(words: Self.directions, value: "<n>"), "Downloads or uploads at once.")
    case .log: spec(.count, "The last lines of the log (20 unless told).")
    case .stats: spec(.nothing, "This peer: where it is, how long it runs, what it moved.")
    case .help: spec(.command, "The commands, or one of them.")
    case .exit: spec(.nothing, "Leave the commands or the screen; the peer goes on serving.")
    case .quit: spec(.nothing, "End the peer.")
    }
  }

  private static let directions = [TransferView.Direction.down, .up].map(\.rawValue)

  private func spec(_ argument: CommandSpec.Argument, _ help: String) -> CommandSpec {
    CommandSpec(name: self, argument: argument, help: help)
  }

  /// The command that a mistyped name most likely meant; `nil` if none is near.
  static func nearest(to text: String) -> CommandName? {
    let typed = text.lowercased()
    if typed.count >= 2, let command = allCases.first(where: { $0.rawValue.hasPrefix(typed) }) {
      return command
    }
    let ranked = allCases.map { ($0, editDistance(typed, $0.rawValue)) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= 2, best.1 < best.0.rawValue.count - 1
    else { return nil }
    return best.0
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. Only
  /// the first 16 characters count: no command is longer.
  private static func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.prefix(16)), Array(b.prefix(16)))
    var distance = [[Int]](repeating: Array(0...b.count), count: a.count + 1)
    for i in 0...a.count { distance[i][0] = i }
    for i in 1..<(a.count + 1) {
      for j in 1..<(b.count + 1) {
        var best = min(distance[i - 1][j], distance[i][j - 1]) + 1
        best = min(best, distance[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          best = min(best, distance[i - 2][j - 2] + 1)
        }
        distance[i][j] = best
      }
    }
    return distance[a.count][b.count]
  }
}
