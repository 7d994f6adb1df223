import PeerCore
import PeerEngine

/// Commands that the peer carries out.
extension Commands {
  /// A command about one file, or about several, of which each is dealt with whatever becomes of the others.
  func order(
    _ name: CommandName, _ words: [String], _ snapshot: Snapshot, _ command: (FileID) -> Command
  ) async -> Answer {
    var replies: [CommandReply] = []
    let words = isOneName(words, snapshot) ? [words.joined(separator: " ")] : words
    for (word, result) in zip(words, FileReference.resolve(words.map(FileReference.init), in: snapshot)) {
      switch result {
      case .one(let match):
        replies.append(await client.submit(command(match.id)))
      case .none:
        replies.append(
          .failed("no file is called '\(Visible.text(word, limit: 80))'. Type list for the files."))
      case .several(let matches, let total):
        if words.count == 1 { return ambiguous(name, word, matches, total) }
        replies.append(.failed(ambiguity(word, total)))
      }
    }
    return answer(name, replies)
  }

  /// Whether words are a file's name that ought to have been quoted, and not the names of several files.
  private func isOneName(_ words: [String], _ snapshot: Snapshot) -> Bool {
    let name = words.joined(separator: " ")
    guard words.count > 1, name.utf8.count <= Limits().textBytes else { return false }
    return FileReference.resolve([FileReference(name)], in: snapshot) != [.none]
  }

  private func ambiguity(_ text: String, _ total: Int) -> String {
    "'\(Visible.text(text, limit: 80))' is \(total) files: name one by its id."
  }

  /// Commands about the queue and its bounds; the arguments fit the table.
  func arrange(_ name: CommandName, _ words: [String], _ snapshot: Snapshot) async -> Answer {
    let first = words[0].lowercased()
    let second = words[1].lowercased()
    if name == .move, let move = QueueMove(rawValue: second) {
      return await order(name, [words[0]], snapshot) { .move($0, move) }
    }
    if name == .priority, let priority = TransferPriority(rawValue: second) {
      return await order(name, [words[0]], snapshot) { .prioritise($0, priority) }
    }
    guard let direction = TransferView.Direction(rawValue: first) else { return wrong(name, words[0]) }
    if name == .slots {
      guard let count = Int(second) else { return wrong(name, words[1]) }
      return answer(name, [await client.submit(.slots(direction, count))])
    }
    let rate = second == "none" ? nil : try? Quantity.rate(second)
    guard second == "none" || rate != nil else { return wrong(name, words[1]) }
    return answer(name, [await client.submit(.limit(direction, bytesPerSecond: rate))])
  }

  private func wrong(_ name: CommandName, _ word: String) -> Answer {
    .failure(
      name.rawValue, "'\(Visible.text(word, limit: 40))' is not understood. Usage: \(name.spec.usage)")
  }

  private func ambiguous(
    _ name: CommandName, _ text: String, _ matches: [FileReference.Match], _ total: Int
  ) -> Answer {
    var table = TextTable("ID", "OWNER", "NAME")
    for match in matches { table.add(match.id.short, match.owner, match.name) }
    var answer = Answer.failure(name.rawValue, ambiguity(text, total))
    answer.lines = table.lines
    if total > matches.count { answer.lines.append("… and \(total - matches.count) more") }
    answer.fields = [
      .init(
        "candidates",
        .array(
          matches.map {
            [
              "file_id": .string($0.id.hex), "file_name": .string($0.name), "file_owner": .string($0.owner),
            ]
          }))
    ]
    return answer
  }

  func push(_ paths: [CommandWord]) async -> Answer {
    var replies: [CommandReply] = []
    for path in paths {
      replies.append(await client.submit(.push(path: absolutePath(path.text, hasTilde: path.hasTilde))))
    }
    return answer(.push, replies)
  }

  func gossip(_ text: String?) async -> Answer {
    guard let text else { return answer(.gossip, [await client.submit(.gossip(nil))]) }
    guard let endpoint = Endpoint(parsing: text) else {
      return .failure("gossip", "'\(Visible.text(text, limit: 80))' is not host:port, such as localhost:8040")
    }
    return answer(.gossip, [await client.submit(.gossip(endpoint))])
  }

  /// Against the working directory, with `~` expanded.
  func absolutePath(_ path: String, hasTilde: Bool) -> String {
    if hasTilde, path == "~" { return homeDirectory }
    if hasTilde, path.hasPrefix("~/") { return homeDirectory + path.dropFirst() }
    if path.hasPrefix("/") { return path }
    return workingDirectory.hasSuffix("/") ? workingDirectory + path : "\(workingDirectory)/\(path)"
  }

  private func answer(_ name: CommandName, _ replies: [CommandReply]) -> Answer {
    let failures = replies.filter { !$0.isDone }.map { Visible.text($0.text) }
    let messages = replies.filter(\.isDone).map { Visible.text($0.text) }
    return Answer(
      command: name.rawValue, lines: messages,
      error: failures.isEmpty ? nil : failures.joined(separator: "; "),
      fields: [.init("messages", .array(messages.map { .string($0) }))])
  }
}
