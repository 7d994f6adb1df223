import PeerCore
import Testing

@testable import p2ptui

/// What a filter or a search found stands out in the rows.
@Suite struct HighlightTests {
  /// What stands out on a line of the screen, each piece by itself.
  private func found(_ driver: Driver, line: Int) -> [String] {
    var pieces: [String] = []
    var isInside = false
    for cell in Views.frame(driver.model).row(line) {
      if cell.isMatch {
        pieces = isInside ? pieces.dropLast() + [pieces.last! + cell.text] : pieces + [cell.text]
      }
      isInside = cell.isMatch
    }
    return pieces
  }

  private func driver(_ names: String..., owner: String = "bob", width: Int = 80) -> Driver {
    let records = names.enumerated().map { Fixture.record($0.offset + 1, $0.element, owner: owner) }
    return Fixture.model(Fixture.snapshot(records: records), width: width)
  }

  @Test(arguments: [
    ("Notes of notes.txt", "notes", ["Notes", "notes"]), ("Notes.txt", "txt no", ["No", "txt"]),
    ("日本語のファイル.pdf", "ファイル", ["ファイル"]), ("aaaa", "aa", ["aaaa"]),
    ("a\u{301}ccents", "a\u{301}c", ["a\u{301}c"]), ("İstanbul.txt", "istanbul", []),
    ("👨‍👩‍👧 family.jpg", "fam", ["fam"]), ("two words.txt", "\"o w\"", ["o w"]),
    ("notes.txt", "name:notes !name:pdf >1", ["notes"]), ("x\u{1B}y notes", "y", ["y"]),
  ])
  func `the words of a filter stand out in the name, whatever their case`(
    name: String, filter: String, wanted: [String]
  ) {
    let spans = Highlight.spans(
      Visible.text(name), .text, words: FileFilter(filter, peers: []).texts(in: .name))
    #expect(spans.filter(\.isMatch).map(\.text) == wanted)
    #expect(spans.map(\.text).joined() == Visible.text(name))
  }

  @Test func `matches stand out while a filter is typed, and until Esc takes it away`() {
    var driver = driver("notes.txt", "holiday.jpg")
    driver.type("/ote")
    #expect(found(driver, line: 3) == ["ote"])
    driver.press(.enter)
    #expect(found(driver, line: 3) == ["ote"])
    driver.press(.escape)
    #expect(found(driver, line: 3) == [] && found(driver, line: 4) == [])
  }

  @Test func `the selected row and the others keep their roles`() {
    var driver = driver("one note", "two notes")
    driver.type("/note")
    driver.press(.enter)
    let frame = Views.frame(driver.model)
    #expect(frame.row(3).allSatisfy { $0.role == .selected })
    #expect(found(driver, line: 3) == ["note"] && found(driver, line: 4) == ["note"])
  }

  @Test func `going from match to match shows them until Esc`() {
    var driver = driver("a.txt", "holiday.jpg", "other.txt")
    driver.type("/txt")
    driver.press(.enter, .escape)
    driver.type("n")
    #expect(found(driver, line: 3) == ["txt"] && found(driver, line: 5) == ["txt"])
    driver.press(.escape)
    #expect(found(driver, line: 3) == [] && found(driver, line: 5) == [])
  }

  @Test func `a match that is cut is shown by the ellipsis`() {
    var driver = driver(
      "a very long name of a file that goes on behind the column and ends with treasure.txt")
    driver.type("/treasure")
    #expect(found(driver, line: 3) == ["…"])
    driver.press(.control("u"))
    driver.type("very")
    #expect(found(driver, line: 3) == ["very"])
  }

  @Test func `a wide character at the edge is cut whole`() {
    let line = Highlight.spans("日本語のファイル", .text, words: ["本語の"])
    let cut = Fit.clip(line, to: 6, ellipsis: "…")
    #expect(cut == [Span("日"), Span("本", isMatch: true), Span("…", isMatch: true)])
    #expect(Fit.columns(cut) == 5)
    #expect(Fit.clip(line, to: 16, ellipsis: "…") == line)
    #expect(Fit.clip(line, to: 2, ellipsis: "...").map(\.text) == [".."])
  }

  @Test func `matches stand out in owners, ids, peers, transfers and the log too`() {
    var driver = Fixture.model(Fixture.snapshot(transfers: Fixture.transfers), width: 120, height: 36)
    driver.type("m/owner:ALI")
    #expect(found(driver, line: 3) == ["ali"])
    driver.press(.escape)
    driver.type("/\(Fixture.id(1).hex.prefix(5))")
    #expect(found(driver, line: 3) == [String(Fixture.id(1).short.prefix(5))])
    driver.press(.escape)
    driver.type("2m/carol")
    #expect(found(driver, line: 3) == ["carol"])
    driver.press(.escape)
    driver.type("3m/forwarded")
    #expect(found(driver, line: 2) == ["forwarded"])
    driver.press(.escape)
    driver.type("4/song")
    #expect(found(driver, line: 3) == ["song"])
  }
}
