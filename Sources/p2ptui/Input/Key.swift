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
