/// A key as it was pressed, whatever bytes the terminal sends for it.
enum Key: Hashable, Sendable {
  case character(Character)
  /// Ctrl with a lowercase letter.
  case control(Character)
  /// Alt (Meta) with a character.
  case alt(Character)
  case enter, escape, tab, backTab, backspace, delete, insert
  case up, down, left, right, home, end, pageUp, pageDown
  /// Ctrl or Alt with an arrow.
  case wordLeft, wordRight
  case function(Int)
  /// Text that came between the terminal's brackets for pasting.
  case paste(String)

  /// How help and hints write it.
  var name: String {
    switch self {
    case .character(" "): "Space"
    case .character(let character): String(character)
    case .control(let character): "C-\(character)"
    case .alt(let character): "M-\(character)"
    case .enter: "Enter"
    case .escape: "Esc"
    case .tab: "Tab"
    case .backTab: "S-Tab"
    case .backspace: "Backspace"
    case .delete: "Del"
    case .insert: "Ins"
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .wordLeft: "C-Left"
    case .wordRight: "C-Right"
    case .function(let number): "F\(number)"
    case .paste: "Paste"
    }
  }
}

extension Key {
  /// The key that help writes so, as the configuration file names it; `nil` if there is none. `Ctrl-` and `Alt-`
  /// may stand for `C-` and `M-`.
  init?(name: String) {
    if let key = Self.named[name.lowercased()] {
      self = key
    } else if let character = Self.after(["C-", "Ctrl-"], in: name),
      let letter = character.lowercased().first,
      ("a"..."z").contains(letter)
    {
      self = .control(letter)
    } else if let character = Self.after(["M-", "Alt-"], in: name) {
      self = .alt(character)
    } else if name.first == "F", let number = Int(name.dropFirst()), (1...12).contains(number) {
      self = .function(number)
    } else if name.count == 1, let character = name.first, !character.isWhitespace {
      self = .character(character)
    } else {
      return nil
    }
  }

  /// The one character behind one of some beginnings.
  private static func after(_ beginnings: [String], in name: String) -> Character? {
    for beginning in beginnings where name.count == beginning.count + 1 && name.hasPrefix(beginning) {
      return name.last
    }
    return nil
  }

  private static let named: [String: Key] = {
    let keys: [Key] = [
      .character(" "), .enter, .escape, .tab, .backTab, .backspace, .delete, .insert, .up, .down, .left,
      .right,
      .home, .end, .pageUp, .pageDown, .wordLeft, .wordRight,
    ]
    return Dictionary(uniqueKeysWithValues: keys.map { ($0.name.lowercased(), $0) })
  }()
}
