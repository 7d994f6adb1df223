import Testing

@testable import PeerCore

/// PROTOCOL.md, "What is out there": what timestamps look like, and what their hashes are made of.
@Suite struct LexemeTests {
  @Test func `a null timestamp is hashed as Python or as JSON writes it`() {
    #expect(Lexeme.null.timestampHashTexts == ["None", "null"])
  }

  @Test(arguments: ["1744007783.5", "1e5", "17440077830", "0.10"])
  func `only a float with a zero fraction may have been an integer`(json: String) {
    #expect(Lexeme(json: json).timestampHashTexts == [json])
  }

  @Test(arguments: [("1744007783.00", "1744007783"), ("-1.0", "-1"), ("0.0", "0")])
  func `a zero fraction of any length is dropped`(json: String, integer: String) {
    #expect(Lexeme(json: json).timestampHashTexts == [json, integer])
  }

  @Test func `a text that looks like a float is hashed as it is`() {
    #expect(Lexeme(json: "\"1744007783.0\"").timestampHashTexts == ["1744007783.0"])
  }

  @Test func `a number made here is written as Python writes it`() {
    #expect(Lexeme(1744007783.0).json == "1744007783.0")
    #expect(Lexeme(1_744_170_562).json == "1744170562")
    #expect(Lexeme(1.621246337890625e-05).json == "1.621246337890625e-05")
  }

  @Test(arguments: [
    (#""plain""#, "plain"), (#""a\"b\\c\/d""#, #"a"b\c/d"#), (#""\n\t\r\b\f""#, "\n\t\r\u{8}\u{C}"),
    (#""\u00e9""#, "é"), (#""\ud83d\ude00!""#, "😀!"), (#""\ud83d!""#, "\u{FFFD}!"), ("17", "17"),
    (#""\udE00\uD83D""#, "\u{FFFD}\u{FFFD}"), ("null", "null"), ("true", "true"),
  ])
  func `the text of a lexeme is what its escapes stand for`(json: String, text: String) {
    #expect(Lexeme(json: json).text == text)
  }

  @Test func `a text comes back from its escapes`() {
    let text = "tab\t quote\" back\\slash é 漢 😀 \u{7F} \u{0}"
    let lexeme = Lexeme(text: text)
    #expect(lexeme.text == text)
    #expect(lexeme.json.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
  }

  @Test func `characters outside ASCII are escaped, and nothing else changes`() {
    #expect(Lexeme(json: #""é \/ 😀""#).ascii == #""\u00e9 \/ \ud83d\ude00""#)
    #expect(Lexeme(json: "1744007783.0").ascii == "1744007783.0")
  }

  @Test func `bare control characters are Escaped`() {
    let lexeme = Lexeme(stringContents: Array("a\nb\\t".utf8))
    #expect(lexeme.json == #""a\u000ab\u0009""#)
    #expect(lexeme.text == "a\nb\t")
  }

  @Test func `invalid UTF-8 becomes a replacement character`() {
    #expect(Lexeme(stringContents: [0x61, 0xFF, 0x62]).text == "a\u{FFFD}b")
  }

  @Test func `numbers are read from numbers and from texts`() {
    #expect(Lexeme(json: "\"8270\"").double == 8270)
    #expect(Lexeme(json: "922").unsigned == 922)
    #expect(Lexeme(json: "922.0").unsigned == nil)
    #expect(Lexeme.null.double == nil)
  }
}
