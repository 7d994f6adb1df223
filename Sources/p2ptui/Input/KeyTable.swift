/// What a key asks for, outside of prompts and dialogs.
enum Intent: String, Sendable, CaseIterable {
  case up, down, pageUp, pageDown, first, last
  case nextPane, previousPane, filesPane, peersPane, logPane, transfersPane
  case details, back, maximise
  case mark, range, markAll, invertMarks
  case filter, nextMatch, previousMatch, sort, previousSort, reverse, follow
  case fetch, push, delete, undo, forget, announce, greet, showFiles
  case pause, cancel, retry, moveUp, moveDown, raise, lower
  case copyID
  case command, help, redraw, quit, suspend

  /// As the configuration file names it: `page-up`, `copy-id`.
  var name: String {
    var words = ""
    for character in rawValue {
      if character.isUppercase, words.last?.isUppercase != true { words.append("-") }
      words.append(character)
    }
    return words.lowercased()
  }
}

/// One row of the key table: bindings, the help and the hints at the foot all come from it.
struct Binding: Sendable, Equatable {
  var keys: [Key]
  var intent: Intent
  /// Where it works.
  var panes: Set<Pane>
  /// A word for the hint line; `nil` keeps it out of there.
  var label: String?
  /// A sentence for the help.
  var text: String
}

struct KeyTable: Sendable, Equatable {
  /// In the order of help and hints.
  let bindings: [Binding]
  private let index: [Key: [Int]]

  init(_ bindings: [Binding] = KeyTable.standard) {
    self.bindings = bindings
    var index: [Key: [Int]] = [:]
    for (number, binding) in bindings.enumerated() {
      for key in binding.keys { index[key, default: []].append(number) }
    }
    self.index = index
  }

  /// The table with other keys for some intents, in place of all that they had.
  func rebound(_ keys: [Intent: [Key]]) -> KeyTable {
    KeyTable(
      bindings.map { binding in
        var binding = binding
        binding.keys = keys[binding.intent] ?? binding.keys
        return binding
      })
  }

  /// A key that would mean two things in one pane; `nil` if there is none.
  var conflict: (key: Key, intents: [Intent], pane: Pane)? {
    for pane in Pane.allCases {
      var seen: [Key: Intent] = [:]
      for binding in bindings where binding.panes.contains(pane) {
        for key in binding.keys {
          if let other = seen[key], other != binding.intent { return (key, [other, binding.intent], pane) }
          seen[key] = binding.intent
        }
      }
    }
    return nil
  }

  func intent(of key: Key, in pane: Pane) -> Intent? {
    index[key]?.first { bindings[$0].panes.contains(pane) }.map { bindings[$0].intent }
  }

  /// The first key of an intent.
  func key(of intent: Intent) -> Key? { bindings.first { $0.intent == intent }?.keys.first }

  /// All keys of an intent.
  func keys(of intent: Intent) -> [Key] { bindings.first { $0.intent == intent }?.keys ?? [] }

  /// Every intent once, in the order of help. One that means different things in different panes tells all.
  var actions: [(intent: Intent, keys: [Key], text: String)] {
    var seen: Set<Intent> = []
    return bindings.map(\.intent).filter { seen.insert($0).inserted }.map { intent in
      var texts: [String] = []
      for binding in bindings where binding.intent == intent {
        if !texts.contains(where: { $0.hasPrefix(binding.text) }) { texts.append(binding.text) }
      }
      return (intent, keys(of: intent), texts.joined(separator: "; "))
    }
  }

  /// As hints name it.
  func keyName(of intent: Intent) -> String? { key(of: intent)?.name }

  /// A command as it is typed: `:gossip`, `C-x gossip` where the prompt has a longer key, `gossip` where it has none.
  func typed(_ command: String) -> String {
    guard let key = keyName(of: .command) else { return command }
    return key.count == 1 ? key + command : "\(key) \(command)"
  }

  func hints(for pane: Pane) -> [(key: Key, label: String)] {
    bindings.compactMap { binding in
      guard binding.panes.contains(pane), let label = binding.label, let key = binding.keys.first else {
        return nil
      }
      return (key, label)
    }
  }

  /// The help: one part for the pane at hand, one for what works everywhere, and one for each other pane.
  /// Neighbours with the same text share a row.
  func sections(for pane: Pane) -> [(title: String, rows: [(keys: String, text: String)])] {
    let everywhere = Set(Pane.allCases)
    func own(_ pane: Pane) -> (String, [(String, String)]) {
      (pane.title, rows { $0 != everywhere && $0.contains(pane) })
    }
    return [own(pane), ("Everywhere", rows { $0 == everywhere })]
      + Pane.allCases.filter { $0 != pane }.map(own)
  }

  private func rows(_ belongs: (Set<Pane>) -> Bool) -> [(keys: String, text: String)] {
    var rows: [(keys: String, text: String)] = []
    for binding in bindings where belongs(binding.panes) && !binding.keys.isEmpty {
      let keys = binding.keys.map(\.name).joined(separator: " ")
      if let last = rows.last, last.text == binding.text {
        rows[rows.count - 1].keys += " " + keys
      } else {
        rows.append((keys, binding.text))
      }
    }
    return rows
  }

  private static let all = Set(Pane.allCases)
  /// In the transfers pane these come first; in the files pane they are known from the help.
  static let standard: [Binding] =
    downloads(in: .transfers, hinted: true) + queue + work + downloads(in: .files, hinted: false) + navigation
    + general

  private static func downloads(in pane: Pane, hinted: Bool) -> [Binding] {
    [
      Binding(
        keys: [.character("P")], intent: .pause, panes: [pane], label: hinted ? "pause" : nil,
        text: "pause the download, or go on with it"),
      Binding(
        keys: [.character("c")], intent: .cancel, panes: [pane], label: hinted ? "cancel" : nil,
        text: pane == .transfers ? "cancel the download or upload" : "cancel the download"),
      Binding(
        keys: [.character("r")], intent: .retry, panes: [pane], label: hinted ? "retry" : nil,
        text: "try the download again now"),
    ]
  }

  private static let queue = [
    Binding(
      keys: [.character("K")], intent: .moveUp, panes: [.transfers], label: "up",
      text: "move the download up and down in the queue"),
    Binding(
      keys: [.character("J")], intent: .moveDown, panes: [.transfers], label: "down",
      text: "move the download up and down in the queue"),
    Binding(
      keys: [.character("+")], intent: .raise, panes: [.transfers],
      text: "raise and lower the download's priority"),
    Binding(
      keys: [.character("-")], intent: .lower, panes: [.transfers],
      text: "raise and lower the download's priority"),
  ]

  private static let work = [
    Binding(
      keys: [.character("a")], intent: .greet, panes: [.peers], label: "greet",
      text: "greet the selected peer now"),
    Binding(
      keys: [.character("f")], intent: .showFiles, panes: [.peers], label: "files",
      text: "show the files that the selected peer holds"),
    Binding(
      keys: [.character("f")], intent: .fetch, panes: [.files], label: "fetch",
      text: "fetch the marked files, or the selected one"),
    Binding(
      keys: [.character("p")], intent: .push, panes: all, label: "push",
      text: "share a file of this machine"),
    Binding(
      keys: [.character("D"), .delete], intent: .delete, panes: [.files], label: "delete",
      text: "delete own files from the whole network, after a question"),
    Binding(
      keys: [.character(" ")], intent: .mark, panes: [.files], label: "mark",
      text: "mark the file, or take its mark away"),
    Binding(
      keys: [.character("v")], intent: .range, panes: [.files],
      text: "mark all from here to where you move; again ends it"),
    Binding(
      keys: [.character("/")], intent: .filter, panes: all, label: "filter",
      text: "show only what matches: words, and for files owner: peer: here remote failed >10M <1G !not"),
    Binding(
      keys: [.character(":")], intent: .command, panes: all, label: "command",
      text: "enter a command; Tab completes, Up and Down walk the history"),
    Binding(
      keys: [.character("x")], intent: .forget, panes: [.files], label: "forget",
      text: "move only the own copy to the trash, after a question"),
    Binding(
      keys: [.character("a")], intent: .announce, panes: [.files],
      text: "tell every peer that the file is here"),
    Binding(
      keys: [.character("s")], intent: .sort, panes: [.files, .peers], label: "sort",
      text: "sort by the next column, or the previous one"),
    Binding(
      keys: [.character("s")], intent: .sort, panes: [.log], label: "level",
      text: "show only more serious lines, or all again"),
    Binding(
      keys: [.character("S")], intent: .previousSort, panes: [.files, .peers],
      text: "sort by the next column, or the previous one"),
    Binding(
      keys: [.character("I")], intent: .reverse, panes: [.files, .peers], text: "reverse the order"),
    Binding(
      keys: [.character("A")], intent: .markAll, panes: [.files], text: "mark every file of the list"),
    Binding(
      keys: [.character("i")], intent: .invertMarks, panes: [.files],
      text: "mark what is not marked, and the other way round"),
    Binding(
      keys: [.character("n")], intent: .nextMatch, panes: all,
      text: "next and previous match, also after Esc took the filter off"),
    Binding(
      keys: [.character("N")], intent: .previousMatch, panes: all,
      text: "next and previous match, also after Esc took the filter off"),
    Binding(
      keys: [.character("F")], intent: .follow, panes: [.files], text: "keep the newest one selected, or not"),
    Binding(
      keys: [.character("F")], intent: .follow, panes: [.log], label: "follow",
      text: "keep the newest one selected, or not"),
    Binding(
      keys: [.character("u")], intent: .undo, panes: all,
      text: "take a deletion back, within 5 seconds"),
    Binding(
      keys: [.character("y")], intent: .copyID, panes: all,
      text: "copy the id (in the log, the line) to the clipboard"),
  ]

  private static let navigation = [
    Binding(keys: [.up, .character("k")], intent: .up, panes: all, text: "up and down"),
    Binding(keys: [.down, .character("j")], intent: .down, panes: all, text: "up and down"),
    Binding(
      keys: [.pageUp, .control("b")], intent: .pageUp, panes: all, text: "a page up and down"),
    Binding(
      keys: [.pageDown, .control("f")], intent: .pageDown, panes: all, text: "a page up and down"),
    Binding(keys: [.home, .character("g")], intent: .first, panes: all, text: "first and last row"),
    Binding(keys: [.end, .character("G")], intent: .last, panes: all, text: "first and last row"),
    Binding(
      keys: [.tab, .right, .character("l")], intent: .nextPane, panes: all, label: "pane",
      text: "next and previous pane"),
    Binding(
      keys: [.backTab, .left, .character("h")], intent: .previousPane, panes: all,
      text: "next and previous pane"),
    Binding(keys: [.character("1")], intent: .filesPane, panes: all, text: "files, peers, log, transfers"),
    Binding(keys: [.character("2")], intent: .peersPane, panes: all, text: "files, peers, log, transfers"),
    Binding(
      keys: [.character("3"), .character("L")], intent: .logPane, panes: all,
      text: "files, peers, log, transfers"),
    Binding(
      keys: [.character("4")], intent: .transfersPane, panes: all,
      text: "files, peers, log, transfers"),
    Binding(
      keys: [.enter], intent: .details, panes: all, label: "details",
      text: "everything known of the selected row"),
    Binding(
      keys: [.escape], intent: .back, panes: all,
      text: "one step back: close, clear the filter, clear marks, restore size"),
    Binding(
      keys: [.character("m")], intent: .maximise, panes: all,
      text: "give the pane the whole screen, or not"),
  ]

  private static let general = [
    Binding(
      keys: [.character("?"), .function(1)], intent: .help, panes: all, label: "help",
      text: "this help"),
    Binding(keys: [.control("l")], intent: .redraw, panes: all, text: "draw the screen again"),
    Binding(keys: [.control("z")], intent: .suspend, panes: all, text: "suspend; fg comes back"),
    Binding(
      keys: [.character("q"), .control("c")], intent: .quit, panes: all, label: "quit",
      text: "end the peer; asked while transfers run"),
  ]
}
