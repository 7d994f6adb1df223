/// A JSON scalar exactly as its sender wrote it: `1744007783.0` stays `1744007783.0`.
///
/// File ids are hashes that include a timestamp's *text*, so that a value which went through a number type and back
/// would no longer verify (PROTOCOL.md, "What is out there": `file_timestamp`).
public struct Lexeme: Hashable, Sendable, Codable {
  /// Valid JSON: a number, `true`, `false`, `null`, or a string with its quotes and escapes.
  public let json: String

  /// What a missing member counts as.
  public static let null = Lexeme(json: "null")

  /// - Parameter json: one JSON scalar. That is not checked: it comes from the tokenizer, or from storage, which gives
  ///   back what it was given.
  public init(json: String) { self.json = json }

  /// - Parameter raw: what stood between a string's quotes. Bare control characters are escaped, since not every peer
  ///   would accept them.
  init(stringContents raw: [UInt8]) {
    if raw.contains(where: { $0 < 0x20 }) {
      self.init(text: JSONString.decode(raw: raw))
    } else {
      self.init(json: "\"" + String(decoding: raw, as: UTF8.self) + "\"")
    }
  }

  public init(_ integer: some FixedWidthInteger) { json = String(integer) }

  /// A finite number in Swift's shortest form, which is that of Python's `repr` too.
  public init(_ number: Double) { json = number.description }

  /// A string, escaped to pure ASCII.
  public init(text: String) {
    var writer = JSONWriter()
    writer.string(text)
    json = String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Whether it is the literal `null`. The text `"null"` is not.
  public var isNull: Bool { json == "null" }
  /// Whether it is a string.
  public var isString: Bool { json.utf8.first == UInt8(ascii: "\"") }

  /// A number or literal as it is written; of a string, the decoded text.
  public var text: String {
    isString ? JSONString.decode(raw: json.utf8.dropFirst().dropLast()) : json
  }

  /// The number that the text means; `nil` if it means none.
  public var double: Double? { Double(text) }

  /// The whole number that the text means, if it is written without fraction and exponent and fits; otherwise `nil`.
  public var unsigned: UInt64? { UInt64(text) }

  /// The same lexeme with each character outside of ASCII written as `\uXXXX`, as it goes over the wire.
  public var ascii: String {
    json.utf8.allSatisfy { $0 < 0x80 } ? json : JSONString.escapingNonASCII(json)
  }

  /// The texts of a timestamp that may have been hashed into a file id, the likeliest first (PROTOCOL.md, "What is out
  /// there": hash of a float, text or null timestamp).
  public var timestampHashTexts: [String] {
    if isNull { return ["None", "null"] }
    let text = self.text
    if isString { return [text] }
    guard let dot = text.firstIndex(of: "."),
      text[text.index(after: dot)...].allSatisfy({ $0 == "0" }), dot != text.startIndex
    else { return [text] }
    return [text, String(text[..<dot])]
  }
}

extension Lexeme: CustomStringConvertible {
  public var description: String { json }
}
