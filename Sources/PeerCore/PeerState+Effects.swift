/// The effects that every handler has carried out, and the words that it uses.
extension PeerState {
  /// Lines that others cause have a budget, so that nobody can fill the log. Errors and details (`debug`) are not
  /// counted: the former are too few, the latter seldom wanted.
  mutating func log(_ level: LogLevel, _ text: String) {
    guard isLogBounded, level > .debug, level < .error else { return effects.append(.log(level, text)) }
    guard let leftOut = logBudget.take(at: now.uptime) else { return }
    if leftOut > 0 {
      effects.append(.log(.warning, "\(leftOut) lines were left out here: too many at once"))
    }
    effects.append(.log(level, text))
  }

  mutating func answer(_ request: RequestID, _ reply: CommandReply, onceWritten: Bool = false) {
    effects.append(.answer(request, reply, onceWritten: onceWritten))
  }

  mutating func persist(_ changes: [CatalogueChange]) {
    if !changes.isEmpty { effects.append(.persist(changes)) }
  }

  /// Text from the network, harmless and with its bounds visible.
  func quoted(_ text: String) -> String { "“\(Visible.text(text, limit: 64))”" }

  /// A file as a line of the log names it.
  func named(_ entry: FileEntry) -> String { "\(quoted(entry.name)) (\(entry.id.short))" }

  /// By its id alone if the catalogue does not know it.
  func named(_ id: FileID) -> String { catalogue[id].map { named($0.entry) } ?? id.short }
}
