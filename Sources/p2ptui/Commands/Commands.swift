import PeerCore
import PeerEngine

/// The commands of the prompt and of headless mode. Questions are answered from the newest snapshot; the
/// rest is submitted to the peer.
struct Commands: CommandRunner {
  let client: any PeerClient
  /// Where relative paths begin and what `~` stands for; both absolute.
  let workingDirectory: String
  let homeDirectory: String

  func run(_ line: String) async -> CommandOutput {
    await answer(line)?.output ?? CommandOutput(lines: [], failed: false, leave: nil)
  }

  /// `nil` for a line without a word.
  func answer(_ line: String) async -> Answer? {
    let words: [CommandWord]
    do { words = try CommandWord.split(line) } catch { return .failure("", error.description) }
    guard let first = words.first else { return nil }
    guard let name = CommandName(rawValue: first.text.lowercased()) else {
      return .failure(first.text, unknown(first.text))
    }
    let arguments = Array(words.dropFirst())
    if let mistake = mistake(in: arguments, of: name.spec) {
      return .failure(name.rawValue, "\(mistake). Usage: \(name.spec.usage)")
    }
    return await answer(name, arguments)
  }

  private func answer(_ name: CommandName, _ arguments: [CommandWord]) async -> Answer {
    let snapshot = client.snapshot
    let words = arguments.map(\.text)
    switch name {
    case .list: return list(words.joined(separator: " "), snapshot)
    case .peers: return peers(snapshot)
    case .transfers: return transfers(snapshot)
    case .log: return log(words.first, snapshot)
    case .stats: return stats(snapshot)
    case .help: return help(words.first)
    case .exit: return Answer(command: "exit", lines: ["The peer goes on serving."], leave: .exit)
    case .quit: return Answer(command: "quit", leave: .quit)
    case .push: return await push(arguments)
    case .gossip: return await gossip(words.first)
    case .get: return await order(name, words, snapshot) { .get($0) }
    case .delete: return await order(name, words, snapshot) { .delete($0) }
    case .forget: return await order(name, words, snapshot) { .forget($0) }
    case .announce: return await order(name, words, snapshot) { .announce($0) }
    case .pause: return await order(name, words, snapshot) { .pause($0) }
    case .resume: return await order(name, words, snapshot) { .resume($0) }
    case .cancel: return await order(name, words, snapshot) { .cancel($0) }
    case .retry: return await order(name, words, snapshot) { .retry($0) }
    case .move, .priority, .limit, .slots: return await arrange(name, words, snapshot)
    }
  }

  /// What is wrong with the number of arguments; `nil` if nothing is.
  private func mistake(in arguments: [CommandWord], of spec: CommandSpec) -> String? {
    let name = spec.name.rawValue
    switch spec.argument {
    case .text: return nil
    case .nothing: return arguments.isEmpty ? nil : "\(name) takes no argument"
    case .paths: return arguments.isEmpty ? "\(name) needs a path" : nil
    case .endpoint, .count, .command: return arguments.count <= 1 ? nil : "\(name) takes one argument"
    case .fileAndWord(_, let words):
      if arguments.count == 2, words.contains(arguments[1].text.lowercased()) { return nil }
      return "\(name) needs a file and one of \(words.joined(separator: ", "))"
    case .wordAndValue(let words, let value):
      if arguments.count == 2, words.contains(arguments[0].text.lowercased()) { return nil }
      return "\(name) needs \(words.joined(separator: " or ")) and \(value)"
    case .file:
      if arguments.isEmpty { return "\(name) needs a file" }
      return arguments.count == 1 ? nil : "\(name) takes one file; quote a name with spaces"
    case .files: return arguments.isEmpty ? "\(name) needs a file" : nil
    }
  }

  private func unknown(_ text: String) -> String {
    let shown = Visible.text(text, limit: 40)
    if let near = CommandName.nearest(to: text) {
      return "unknown command '\(shown)'. Did you mean \(near.rawValue)?"
    }
    return "unknown command '\(shown)'. Type help for the commands."
  }
}
