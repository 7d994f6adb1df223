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
    var candidates: [Candidate]
    var place: String
    /// The one that stands in the line.
    var index: Int?
    /// The line has changed since; the next candidates are on their way.
    var isStale = false
  }

  /// The next answer to a completion goes into the line; otherwise it is only shown.
  var isCompleting = false

  init(_ kind: Kind, line: String = "") {
    self.kind = kind
    editor = LineEditor(line)
  }

  /// What was entered before at prompts of this kind.
  var history: HistoryKind {
    switch kind {
    case .command: .commands
    case .filter: .filters
    case .push: .paths
    }
  }

  /// What stands before the line.
  var label: String {
    switch kind {
    case .command: ":"
    case .filter: "/"
    case .push: "push: "
    }
  }

  /// What can be entered, shown while nothing is.
  var suggestion: String {
    switch kind {
    case .command: "a command; Tab lists them"
    case .filter(.files, _): "words  owner:  peer:  here  remote  failed  >10M  <1G  !not"
    case .filter: "words"
    case .push: "a path; Tab completes it, C-p brings back the last one"
    }
  }

  /// A directory is shown above the line, and arrows move in it.
  var browses: Bool { kind == .push }

  /// The candidate that stands in the line.
  var chosen: Candidate? {
    choice.flatMap { choice in choice.index.map { choice.candidates[$0] } }
  }

  /// What the command runner is to see before the line.
  var prefix: String { kind == .push ? "push " : "" }

  /// Takes the answer to a completion. If it was asked for by Tab, one candidate stands in the line, ready for
  /// the next word; of several, what they have in common.
  mutating func take(_ completions: Completions) {
    let shift = prefix.count
    let lower = max(0, completions.range.lowerBound - shift)
    var range = lower..<max(lower, completions.range.upperBound - shift)
    choice = nil
    let isCompleting = isCompleting
    self.isCompleting = false
    let candidates = completions.candidates.filter { !browses || !isCompleting || $0.label != ".." }
    guard range.upperBound <= editor.text.count, browses || !candidates.isEmpty else { return }
    if isCompleting, let first = candidates.first {
      let isOnly = candidates.count == 1
      let whole = isOnly ? first.text : Self.commonPrefix(candidates.map(\.text))
      if isOnly || whole.count > range.count {
        let isEnd = range.upperBound == editor.text.count
        editor.replace(range, with: whole + (isOnly && isEnd && !browses && !first.isDirectory ? " " : ""))
        range = range.lowerBound..<range.lowerBound + whole.count
      }
      if isOnly, !browses { return }
    }
    choice = Choice(range: range, candidates: completions.candidates, place: completions.place)
  }

  /// Puts the next (or the previous) candidate into the line.
  mutating func cycle(by step: Int) {
    guard let choice, !choice.isStale, !choice.candidates.isEmpty else { return }
    let count = choice.candidates.count
    choose(choice.index.map { ($0 + step + count) % count } ?? (step > 0 ? 0 : count - 1))
  }

  /// Puts a candidate into the line.
  mutating func choose(_ index: Int) {
    guard var choice, !choice.isStale, choice.candidates.indices.contains(index) else { return }
    let text = choice.candidates[index].text
    editor.replace(choice.range, with: text)
    choice.range = choice.range.lowerBound..<choice.range.lowerBound + text.count
    choice.index = index
    self.choice = choice
  }

  private static func commonPrefix(_ texts: [String]) -> String {
    texts.dropFirst().reduce(texts[0]) { prefix, text in
      String(zip(prefix, text).prefix { $0 == $1 }.map(\.0))
    }
  }
}
