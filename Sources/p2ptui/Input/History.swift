/// What is entered at a kind of prompt. Each has a history of its own, in a file of that name.
enum HistoryKind: String, Sendable, CaseIterable {
  case commands = "history"
  case filters = "history-filters"
  case paths = "history-paths"
}

/// The lines that were entered, oldest first, and a walk through them.
struct History: Sendable, Equatable {
  /// Lines kept, here and in the file.
  static let lines = 500

  private(set) var entries: [String]
  /// Where the walk is; `entries.count` is the line being typed.
  private var position: Int
  /// The line that was being typed when the walk began.
  private var draft = ""

  init(_ entries: [String] = []) {
    self.entries = Array(entries.suffix(Self.lines))
    position = self.entries.count
  }

  /// A line was entered. Blank ones and repetitions of the last are not kept; `true` if it was.
  @discardableResult
  mutating func add(_ line: String) -> Bool {
    defer { position = entries.count }
    guard line.contains(where: { $0 != " " }), line != entries.last else { return false }
    entries.append(line)
    if entries.count > Self.lines { entries.removeFirst() }
    return true
  }

  mutating func rewind() { position = entries.count }

  mutating func older(than line: String) -> String? {
    guard position > 0 else { return nil }
    if position == entries.count { draft = line }
    position -= 1
    return entries[position]
  }

  mutating func newer() -> String? {
    guard position < entries.count else { return nil }
    position += 1
    return position == entries.count ? draft : entries[position]
  }
}
