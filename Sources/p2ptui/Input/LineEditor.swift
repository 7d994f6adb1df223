/// A line being typed, edited as readline does. Positions count characters.
struct LineEditor: Sendable, Equatable {
  /// Characters of a line; what exceeds them is not taken.
  static let characters = 4096

  private(set) var text: [Character] = []
  private(set) var cursor = 0
  private var killed: [Character] = []

  init(_ line: String = "") { replaceAll(line) }

  var line: String { String(text) }

  /// Carries an editing key out; `false` if it is none.
  mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .character(let character): insert(String(character))
    case .paste(let string): insert(Self.oneLine(string))
    case .left, .control("b"): cursor = max(0, cursor - 1)
    case .right, .control("f"): cursor = min(text.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = text.count
    case .wordLeft, .alt("b"): cursor = wordStart
    case .wordRight, .alt("f"): cursor = wordEnd
    case .backspace, .control("h"): remove(max(0, cursor - 1)..<cursor)
    case .delete, .control("d"): remove(cursor..<min(text.count, cursor + 1))
    case .control("k"): kill(cursor..<text.count)
    case .control("u"): kill(0..<cursor)
    case .control("w"): kill(bigWordStart..<cursor)
    case .alt("d"): kill(cursor..<wordEnd)
    case .control("y"): insert(String(killed))
    case .control("t"): transpose()
    default: return false
    }
    return true
  }

  mutating func replaceAll(_ line: String) {
    text = Array(line.prefix(Self.characters))
    cursor = text.count
  }

  /// Puts text in place of a range (clamped) and the cursor behind it.
  mutating func replace(_ range: Range<Int>, with string: String) {
    remove(range.clamped(to: 0..<text.count))
    insert(string)
  }

  private mutating func insert(_ string: String) {
    let room = Self.characters - text.count
    // Joined as text, because a combining mark typed after a letter makes one character with it.
    let before = Array(String(text[..<cursor]) + string.prefix(max(0, room)))
    text = before + text[cursor...]
    cursor = before.count
  }

  private mutating func remove(_ range: Range<Int>) {
    text.removeSubrange(range)
    cursor = range.lowerBound
  }

  private mutating func kill(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    killed = Array(text[range])
    remove(range)
  }

  private mutating func transpose() {
    guard cursor > 0, text.count > 1 else { return }
    let second = min(cursor, text.count - 1)
    text.swapAt(second - 1, second)
    cursor = second + 1
  }

  /// A pasted text is one line: its line breaks and other control characters become spaces.
  private static func oneLine(_ string: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in string.unicodeScalars {
      result.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    var line = String(result)
    while line.last == " " { line.removeLast() }
    return line
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber
  }

  private var wordStart: Int {
    var position = cursor
    while position > 0, !Self.isWord(text[position - 1]) { position -= 1 }
    while position > 0, Self.isWord(text[position - 1]) { position -= 1 }
    return position
  }

  private var wordEnd: Int {
    var position = cursor
    while position < text.count, !Self.isWord(text[position]) { position += 1 }
    while position < text.count, Self.isWord(text[position]) { position += 1 }
    return position
  }

  /// The start of the word that ends at the cursor, words being what spaces separate.
  private var bigWordStart: Int {
    var position = cursor
    while position > 0, text[position - 1] == " " { position -= 1 }
    while position > 0, text[position - 1] != " " { position -= 1 }
    return position
  }
}
