/// A line being entered at the foot of the screen.
struct Prompt: Sendable {
  enum Kind: Sendable, Equatable {
    case command
    /// Narrows a pane's list while typing; the text before it comes back with Esc.
    case filter(Pane, before: String)
    case push
  }

  var kind: Kind
  var editor: LineEditor
  var choice: Choice?
  /// A search in the history, by Ctrl-R: the words searched for.
  var search: String?

  /// Candidates of a completion, shown above the line.
  struct Choice: Sendable {
    var range: Range<Int>
    var candidates: [String]
    /// The one that Tab has put into the line.
    var index: Int?
  }

  init(_ kind: Kind, line: String = "") {
    self.kind = kind
    editor = LineEditor(line)
  }

  /// What stands before the line.
  var label: String {
    switch kind {
    case .command: ":"
    case .filter: "/"
    case .push: "push: "
    }
  }

  /// What the command runner is to see before the line.
  var prefix: String { kind == .push ? "push " : "" }

  /// Takes the answer to a completion: one candidate stands in the line; of several, what they have in
  /// common, and they are shown.
  mutating func complete(_ completions: Completions) {
    let shift = prefix.count
    let lower = max(0, completions.range.lowerBound - shift)
    let range = lower..<max(lower, completions.range.upperBound - shift)
    guard range.upperBound <= editor.text.count, let first = completions.candidates.first else { return }
    guard completions.candidates.count > 1 else {
      editor.replace(range, with: first)
      return
    }
    let common = Self.commonPrefix(completions.candidates)
    var end = range.upperBound
    if common.count > range.count {
      editor.replace(range, with: common)
      end = range.lowerBound + common.count
    }
    choice = Choice(range: range.lowerBound..<end, candidates: completions.candidates)
  }

  /// Puts the next (or the previous) candidate into the line.
  mutating func cycle(by step: Int) {
    guard var choice else { return }
    let count = choice.candidates.count
    let next = choice.index.map { ($0 + step + count) % count } ?? (step > 0 ? 0 : count - 1)
    editor.replace(choice.range, with: choice.candidates[next])
    choice.range = choice.range.lowerBound..<choice.range.lowerBound + choice.candidates[next].count
    choice.index = next
    self.choice = choice
  }

  private static func commonPrefix(_ texts: [String]) -> String {
    texts.dropFirst().reduce(texts[0]) { prefix, text in
      String(zip(prefix, text).prefix { $0 == $1 }.map(\.0))
    }
  }
}
