import PeerCore
import Testing

@testable import p2ptui

@Suite struct PromptTests {
  private func lastRun(_ driver: inout Driver) -> String? {
    driver.takeRequests().reversed().lazy.compactMap { if case .run(let line) = $0 { line } else { nil } }
      .first
  }

  @Test func `a line is run and kept in the history`() {
    var driver = Fixture.model(history: ["peers"])
    driver.type(":list pdf")
    driver.press(.enter)
    var kept: [String] = []
    var line: String?
    for request in driver.takeRequests() {
      if case .saveHistory(.commands, let lines) = request { kept = lines }
      if case .run(let text) = request { line = text }
    }
    #expect(kept == ["peers", "list pdf"] && line == "list pdf")
    driver.type(":")
    driver.press(.up, .up)
    #expect(driver.foot.contains(":peers"))
    driver.press(.down, .down)
    #expect(driver.foot.hasPrefix(" :  a command"))
  }

  @Test func `push runs the command push`() {
    var driver = Fixture.model()
    driver.type("p/tmp/a.txt")
    driver.press(.enter)
    let line = lastRun(&driver)
    #expect(line == "push /tmp/a.txt")
  }

  @Test func `completion of push is shifted to its line`() {
    var driver = Fixture.model()
    driver.type("p/t")
    driver.press(.tab)
    guard case .complete("push /t", 7, browses: true, let ticket)? = driver.takeRequests().last else {
      Issue.record("nothing was asked for")
      return
    }
    driver.send(.completions(ticket: ticket, Completions(range: 5..<7, candidates: ["/tmp/"])))
    #expect(driver.model.prompt?.editor.line == "/tmp/")
  }

  @Test func `several candidates give what they share, and are walked through`() {
    var driver = Fixture.model()
    driver.type(":p")
    driver.press(.tab)
    driver.send(
      .completions(
        ticket: driver.model.ticket, Completions(range: 0..<1, candidates: ["pull", "pulse", "pulp"])))
    #expect(driver.model.prompt?.editor.line == "pul")
    driver.press(.tab)
    #expect(driver.model.prompt?.editor.line == "pull")
    driver.press(.backTab)
    #expect(driver.model.prompt?.editor.line == "pulp")
    driver.type(" ")
    #expect(driver.model.prompt?.choice == nil)
  }

  @Test func `an answer that comes too late is dropped`() {
    var driver = Fixture.model()
    driver.type(":p")
    driver.press(.tab)
    let ticket = driver.model.ticket
    driver.type("e")
    driver.send(.completions(ticket: ticket, Completions(range: 0..<1, candidates: ["push"])))
    #expect(driver.model.prompt?.editor.line == "pe")
  }

  @Test func `history is searched`() {
    var driver = Fixture.model(history: ["get abcd", "list", "get ef01"])
    driver.type(":")
    driver.press(.control("r"))
    driver.type("get")
    #expect(driver.model.prompt?.editor.line == "get ef01")
    driver.press(.control("r"))
    #expect(driver.model.prompt?.editor.line == "get abcd")
    driver.press(.enter)
    let line = lastRun(&driver)
    #expect(line == "get abcd")
  }

  @Test func `filters and paths have histories of their own`() {
    var driver = Fixture.model(history: ["peers"])
    driver.type("/pdf")
    driver.press(.enter, .escape)
    driver.type("2/carol")
    driver.press(.enter, .escape)
    driver.type("1p/tmp/a.txt")
    driver.press(.enter)
    var kept: [HistoryKind: [String]] = [:]
    for request in driver.takeRequests() {
      if case .saveHistory(let kind, let lines) = request { kept[kind] = lines }
    }
    #expect(kept == [.filters: ["pdf", "carol"], .paths: ["/tmp/a.txt"]])
    driver.type("/")
    driver.press(.up, .up)
    #expect(driver.foot == " /pdf" && driver.model.files.query.text == "pdf")
    driver.press(.escape)
    driver.type("/")
    driver.press(.control("r"))
    driver.type("car")
    #expect(driver.foot == " (history: car) carol")
    driver.press(.escape, .escape)
    driver.type("p")
    driver.press(.control("p"))
    #expect(driver.foot == " push: /tmp/a.txt")
    driver.press(.escape)
    driver.type(":")
    driver.press(.up)
    #expect(driver.foot == " :peers")
  }

  @Test func `the only candidate is ready for the next word`() {
    var driver = Fixture.model()
    driver.type(":li")
    driver.press(.tab)
    driver.send(
      .completions(ticket: driver.model.ticket, Completions(range: 0..<2, candidates: ["limit"])))
    driver.type("down")
    #expect(driver.model.prompt?.editor.line == "limit down")
    driver.press(.control("u"))
    driver.type("push a")
    driver.press(.tab)
    let directory = Candidate("a dir/", isDirectory: true)
    driver.send(
      .completions(ticket: driver.model.ticket, Completions(range: 5..<6, candidates: [directory])))
    #expect(driver.model.prompt?.editor.line == "push a dir/")
  }

  @Test func `output of one line is a notice, and of more an overlay`() {
    var driver = Fixture.model()
    driver.send(.output(CommandOutput(lines: ["One line."])))
    #expect(driver.foot == " One line." && driver.model.overlay == nil)
    driver.send(.output(CommandOutput(lines: ["One.", "Two."])))
    #expect(driver.model.overlay != nil)
    driver.type("x")
    #expect(driver.model.overlay == nil)
  }

  @Test func `a long line keeps its cursor in view`() {
    var driver = Fixture.model(width: 40, height: 12)
    driver.type(":" + String(repeating: "日本", count: 60) + "end")
    #expect(driver.foot.hasSuffix("end"))
    #expect(Views.frame(driver.model).cursor.map { $0.x < 40 && $0.y == 11 } == true)
  }
}

/// The directory above the push prompt.
@Suite struct BrowsingTests {
  private func opened() -> Driver {
    var driver = Fixture.model()
    driver.type("p")
    answer(
      &driver,
      [
        Candidate("../", label: "..", isDirectory: true), Candidate("sub/", isDirectory: true), "a.txt",
        "ab.txt",
      ])
    return driver
  }

  /// Answers what was asked for last.
  private func answer(_ driver: inout Driver, _ candidates: [Candidate]) {
    guard case .complete(let line, let cursor, true, let ticket)? = driver.takeRequests().last else {
      Issue.record("no directory was asked for")
      return
    }
    let start = line.lastIndex { $0 == " " || $0 == "/" }.map {
      line.distance(from: line.startIndex, to: $0) + 1
    }
    let range = (line.contains("/") ? 5 : start ?? 0)..<cursor
    driver.send(
      .completions(ticket: ticket, Completions(range: range, candidates: candidates, place: "/here")))
  }

  private func line(_ driver: Driver) -> String? { driver.model.prompt?.editor.line }

  @Test func `arrows choose, and Enter opens a directory`() {
    var driver = opened()
    driver.press(.down, .down)
    #expect(line(driver) == "sub/")
    driver.press(.enter)
    answer(&driver, [Candidate("", label: "..", isDirectory: true), "sub/x.txt"])
    #expect(driver.screen.contains("sub/x.txt") && driver.model.prompt?.chosen == nil)
    driver.press(.up)
    #expect(line(driver) == "sub/x.txt")
    driver.press(.enter)
    guard case .run("push sub/x.txt")? = driver.takeRequests().last else {
      Issue.record("nothing was shared")
      return
    }
  }

  @Test func `Enter on nothing begins to choose`() {
    var driver = opened()
    driver.press(.enter)
    #expect(driver.model.prompt?.chosen?.label == "..")
    driver.press(.escape)
    #expect(driver.model.prompt == nil)
  }

  @Test func `typing asks anew, and Tab takes what is common`() {
    var driver = opened()
    driver.type("a")
    answer(&driver, ["a.txt", "ab.txt"])
    #expect(line(driver) == "a")
    driver.press(.tab)
    answer(&driver, ["ab.txt"])
    #expect(line(driver) == "ab.txt")
  }

  @Test func `a beginning that nothing has is reported`() {
    var driver = opened()
    driver.type("x")
    answer(&driver, [])
    #expect(driver.screen.contains("─ /here ─") && driver.screen.contains("nothing there begins so"))
    driver.press(.down, .up)
    #expect(line(driver) == "x")
  }

  @Test func `candidates of an earlier line are not put into this one`() {
    var driver = opened()
    driver.type("s")
    driver.press(.down)
    driver.send(.mouse(.click, .candidate(1)))
    #expect(line(driver) == "s")
  }

  @Test func `the wheel and clicks choose too`() {
    var driver = opened()
    driver.send(.mouse(.wheelDown, .box))
    #expect(driver.model.prompt?.choice?.index == 0)
    driver.send(.mouse(.click, .candidate(2)))
    #expect(line(driver) == "a.txt" && driver.model.prompt != nil)
    driver.send(.mouse(.click, .candidate(2)))
    #expect(driver.model.prompt == nil)
    driver = opened()
    driver.send(.mouse(.click, .candidate(1)))
    answer(&driver, ["sub/x.txt"])
    #expect(line(driver) == "sub/")
  }
}

@Suite struct LineEditorTests {
  @Test(
    arguments: [
      ("one two|", [Key.control("w")], "one |"),
      ("one two|", [.control("a"), .control("k")], "|"),
      ("one two|", [.control("u")], "|"),
      ("one two|", [.alt("b"), .alt("b"), .alt("d")], "| two"),
      ("one two|", [.wordLeft, .control("w"), .control("e"), .control("y")], "twoone |"),
      ("ab|", [.control("t")], "ba|"),
      ("abc|", [.left, .left, .backspace], "|bc"),
      ("abc|", [.home, .delete, .control("d")], "|c"),
      ("e|", [.character("\u{301}"), .character("!")], "é!|"),
      ("a|", [.paste("b\nc\u{1B}\n")], "ab c|"),
      ("日本|", [.left, .character("x")], "日x|本"),
    ] as [(String, [Key], String)])
  func `keys edit a line, with | for the cursor`(start: String, keys: [Key], end: String) {
    var editor = LineEditor(String(start.dropLast()))
    for key in keys {
      let isTaken = editor.edit(key)
      #expect(isTaken)
    }
    let shown = String(editor.text[..<editor.cursor]) + "|" + String(editor.text[editor.cursor...])
    #expect(shown == end)
  }

  @Test func `a line is bounded`() {
    var editor = LineEditor()
    _ = editor.edit(.paste(String(repeating: "x", count: 10_000)))
    _ = editor.edit(.character("y"))
    #expect(editor.text.count == LineEditor.characters)
  }

  @Test func `history is bounded and skips repetitions`() {
    var history = History()
    for number in 0..<600 { history.add("line \(number / 2)") }
    #expect(history.entries.count == 300)
    for number in 0..<600 { history.add("more \(number)") }
    #expect(history.entries.count == History.lines)
    let isBlankKept = history.add("  ")
    #expect(!isBlankKept)
  }
}
