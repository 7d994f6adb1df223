/// One word of a command line: `'…'` keeps everything, `"…"` knows `\"` and `\\`, and outside of quotes
/// a backslash keeps the next character.
struct CommandWord: Equatable, Sendable {
  /// Without quotes and backslashes.
  var text = ""
  /// Where it stands in the line, quotes included, counted in characters.
  var range: Range<Int>
  /// The quote that it begins with.
  var quote: Character?
  /// Begins with a `~` that stands for the home directory.
  var hasTilde = false

  struct Unterminated: Error, CustomStringConvertible {
    let quote: Character
    var description: String { "the quote \(quote) is not closed" }
  }

  /// - Throws: `Unterminated` if the line ends inside quotes.
  static func split(_ line: String) throws(Unterminated) -> [CommandWord] {
    let (words, open) = scan(line)
    if let open { throw Unterminated(quote: open) }
    return words
  }

  /// For a line that is still being typed: the words so far, and the quote that is open at its end.
  static func scan(_ line: String) -> (words: [CommandWord], open: Character?) {
    var words: [CommandWord] = []
    var word: CommandWord?
    var quote: Character?
    var escaped = false
    for (index, character) in line.enumerated() {
      if word == nil {
        if character.separatesWords { continue }
        word = CommandWord(range: index..<index, hasTilde: character == "~")
        if character == "'" || character == "\"" { word?.quote = character }
      }
      if escaped {
        if quote == "\"", character != "\"", character != "\\" { word?.text.append("\\") }
        word?.text.append(character)
        escaped = false
      } else if character == "\\", quote != "'" {
        escaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
      } else if quote == nil, character.separatesWords {
        if let word { words.append(word) }
        word = nil
        continue
      } else {
        word?.text.append(character)
      }
      let start = word?.range.lowerBound ?? index
      word?.range = start..<(index + 1)
    }
    if escaped { word?.text.append("\\") }
    if let word { words.append(word) }
    return (words, quote)
  }

  /// Text written so that `split` reads it back as one word.
  ///
  /// - Parameters:
  ///   - quote: the quote to use, if the text allows it.
  ///   - isOpen: the word is to be typed on: its quote stays open.
  ///   - keepsTilde: a `~` at the beginning stays the home directory.
  static func quoted(
    _ text: String, with quote: Character? = nil, isOpen: Bool = false, keepsTilde: Bool = false
  ) -> String {
    switch quote {
    case "'" where !text.contains("'"):
      return "'\(text)\(isOpen ? "" : "'")"
    case "\"":
      let inner = escaped(text) { $0 == "\"" || $0 == "\\" }
      return "\"\(inner)\(isOpen ? "" : "\"")"
    default:
      let plain = escaped(text) { $0 == "'" || $0 == "\"" || $0 == "\\" || $0.separatesWords }
      return text.first == "~" && !keepsTilde ? "\\" + plain : plain
    }
  }

  private static func escaped(_ text: String, _ isSpecial: (Character) -> Bool) -> String {
    var result = ""
    for character in text {
      if isSpecial(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}

extension Character {
  /// Whether it is white space. To look up a property of Unicode takes long, and lines of a thousand ids are ASCII.
  fileprivate var separatesWords: Bool {
    asciiValue.map { $0 == UInt8(ascii: " ") || (9...13).contains($0) } ?? isWhitespace
  }
}
