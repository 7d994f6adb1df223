/// A JSON scalar exactly as it was written by whoever sent it: `1744007783.0` stays `1744007783.0`.
///
/// File ids are hashes over a timestamp's *text*, so a value that went through a number type and back
/// would no longer verify (PROTOCOL.md, "What is out there": `file_timestamp`).
public struct Lexeme: Hashable, Sendable, Codable {
  /// Valid JSON: a number, `true`, `false`, `null`, or a string with its quotes and escapes.
  public let json: String

  /// What a missing member counts as.
  public static let null = Lexeme(json: "null")

  /// - Parameter json: trusted to be one JSON scalar; the tokenizer is what makes it so, and storage gives
  ///   back what it was given.
  public init(json: String) { self.json = json }

  /// - Parameter raw: what stood between a string's quotes. Bare control characters, which not every peer
  ///   would accept, get escaped.
  init(stringContents raw: [UInt8]) {
    if raw.contains(where: { $0 < 0x20 }) {
      self.init(text: JSONString.decode(raw: raw))
    } else {
      self.init(json: "\"" + String(decoding: raw, as: UTF8.self) + "\"")
    }
  }

  public init(_ integer: some FixedWidthInteger) { json = String(integer) }

  /// A finite number; Swift's shortest form, which is Python's `repr` too.
  public init(_ number: Double) { json = number.description }

  /// A string, escaped to pure ASCII.
  public init(text: String) {
    var writer = JSONWriter()
    writer.string(text)
    json = String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Written `null`; the text `"null"` is none.
  public var isNull: Bool { json == "null" }
  /// Written with quotes.
  public var isString: Bool { json.utf8.first == UInt8(ascii: "\"") }

  /// The number or literal as written; of a string, its decoded text.
  public var text: String {
    isString ? JSONString.decode(raw: json.utf8.dropFirst().dropLast()) : json
  }

  /// The number that the text means, if it does.
  public var double: Double? { Double(text) }

  /// A whole number of 0...UInt64.max, written without fraction or exponent.
  public var unsigned: UInt64? { UInt64(text) }

  /// The same lexeme with every character outside ASCII written as `\uXXXX`; what goes on the wire.
  public var ascii: String {
    json.utf8.allSatisfy { $0 < 0x80 } ? json : JSONString.escapingNonASCII(json)
  }

  /// The texts that a timestamp may have contributed to the hash of a file id, likeliest first
  /// (PROTOCOL.md, "What is out there": hash of a float, text or null timestamp).
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
