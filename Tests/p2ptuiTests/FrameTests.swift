import PeerCore
import Testing

@testable import p2ptui

/// Whole pictures of the screen.
@Suite struct FrameTests {
  static let sizes = [(80, 24), (120, 36), (200, 60), (60, 50), (40, 12), (60, 17), (30, 5)]

  @Test(arguments: sizes)
  func `a screen of every usable size, and of one that is too small`(width: Int, height: Int) {
    let driver = Fixture.model(
      Fixture.snapshot(transfers: Fixture.transfers), width: width, height: height)
    expectGolden("screen-\(width)x\(height)", driver.screen)
  }

  @Test func `a peer that knows nothing says so in each pane`() {
    var snapshot = Fixture.snapshot(records: [])
    snapshot.peers = []
    snapshot.log = []
    expectGolden("empty", Fixture.model(snapshot).screen)
  }

  @Test(
    arguments: [
      ([.control("x")], "No peers yet. C-x gossip HOST:PORT greets one."),
      ([.character(";")], "No peers yet. ;gossip HOST:PORT greets one."),
      ([], "No peers yet. gossip HOST:PORT greets one."),
    ] as [([Key], String)])
  func `empty panes name keys as they are bound`(keys: [Key], text: String) {
    var snapshot = Fixture.snapshot(records: [])
    snapshot.peers = []
    let table = KeyTable().rebound([.command: keys, .push: []])
    let driver = Driver(Model(snapshot: snapshot, size: Size(width: 80, height: 24), keys: table))
    #expect(driver.screen.contains(text))
    #expect(driver.screen.contains("No files yet. \(table.typed("push")) shares one;"))
  }

  @Test func `where nothing matches, the way back is told`() {
    var driver = Fixture.model(Fixture.snapshot(transfers: Fixture.transfers), width: 120, height: 36)
    for (pane, noun) in [("1", "file"), ("2", "peer"), ("3", "line"), ("4", "transfer")] {
      driver.type(pane + "/no such thing")
      driver.press(.enter)
      #expect(driver.screen.contains("No \(noun) matches; Esc shows all."))
      driver.press(.escape)
      #expect(!driver.screen.contains("matches"))
    }
  }

  @Test func `in ASCII nothing else is drawn`() {
    var driver = Fixture.model(
      Fixture.snapshot(records: Array(Fixture.records[..<2]), transfers: Fixture.transfers), symbols: .ascii)
    driver.press(.character("?"))
    #expect(driver.screen.utf8.allSatisfy { $0 < 0x80 })
    driver.press(.escape)
    #expect(driver.screen.utf8.allSatisfy { $0 < 0x80 })
    expectGolden("ascii", driver.screen)
  }

  @Test func `every pane has its hints`() {
    var driver = Fixture.model(Fixture.snapshot(transfers: Fixture.transfers), width: 120, height: 36)
    var hints: [String] = []
    for pane in "1234" {
      driver.type(String(pane))
      hints.append(driver.foot)
    }
    expectGolden("hints", hints.joined(separator: "\n"))
  }

  @Test func `help comes from the key table`() {
    var driver = Fixture.model(width: 100, height: 80)
    driver.press(.character("?"))
    expectGolden("help", driver.screen)
  }

  @Test func `narrow help leaves room for words`() {
    var driver = Fixture.model(width: 40, height: 24)
    driver.press(.character("?"))
    expectGolden("help-narrow", driver.screen)
  }

  @Test func `on a narrow screen marks are only counted`() {
    var driver = Fixture.model(width: 40, height: 12)
    driver.type("A")
    #expect(driver.screen.contains(" 8 marked · 1/8 "))
    driver.send(.resize(Size(width: 80, height: 24)))
    #expect(driver.screen.contains(" 8 marked, 4.7 GiB · 1/8 · by name "))
  }

  @Test func `wide help has two columns, with the pane at hand first`() {
    var driver = Fixture.model(width: 140, height: 40)
    driver.type("4?")
    expectGolden("help-wide", driver.screen)
  }

  @Test func `a maximised pane names the others`() {
    var driver = Fixture.model(Fixture.snapshot(transfers: Fixture.transfers), width: 100, height: 24)
    driver.type("3m")
    expectGolden("maximised", driver.screen)
  }

  @Test func `marks, a range and a filter are shown`() {
    var driver = Fixture.model()
    driver.type("/!failed")
    driver.press(.enter)
    driver.type("vjj")
    expectGolden("marks", driver.screen)
  }

  /// Wide, combining, joined, right-to-left and hostile characters keep the columns straight.
  @Test func `names in all scripts are drawn in their columns`() {
    let names = [
      "a\u{301}ccents com\u{308}bined.txt", "日本語のとても長いファイル名前です.pdf", "한국어 파일.txt", "👨‍👩‍👧 family 👍🏽 ❤️.jpg",
      "🇨🇦 flag.png", "שלום עולם.txt", "مرحبا بالعالم.txt", "\u{202E}gpj.exe", "tab\there\u{1B}]0;x\u{07}",
      "zero\u{200B}width\u{FEFF}.txt", "ﬁ ligature ﷽.txt", "zalgo" + String(repeating: "\u{316}", count: 40),
    ]
    let records = names.enumerated().map { Fixture.record($0.offset, $0.element, size: 1_000, age: 60) }
    let driver = Fixture.model(Fixture.snapshot(records: records), height: 30)
    expectGolden("scripts", driver.screen)
    let frame = Views.frame(driver.model)
    for y in 3..<3 + records.count {
      let line = (0..<80).map { frame[$0, y].text }
      #expect(
        line[46..<54].joined() == "1000 B  " || line[46..<54].joined().contains("1000 B"), "\(y): \(line)")
    }
  }

  @Test func `a directory to share from is listed`() {
    var driver = Fixture.model()
    driver.type("p")
    let entries = [
      Candidate("../", label: "..", isDirectory: true),
      Candidate("a\\ dir/", label: "a dir/", isDirectory: true),
      Candidate("notes.txt", note: "922 B"), Candidate("日本語.pdf", note: "1.9 MiB"),
    ]
    driver.send(
      .completions(
        ticket: driver.model.ticket, Completions(range: 5..<5, candidates: entries, place: "/home/alice")))
    driver.press(.down, .down, .down)
    expectGolden("push", driver.screen)
  }

  @Test func `every kind of subject has details`() {
    var driver = Fixture.model(Fixture.snapshot(transfers: Fixture.transfers))
    for (pane, name) in [("1", "file"), ("2", "peer"), ("3", "log"), ("4", "transfer")] {
      driver.type(pane)
      driver.press(.enter)
      expectGolden("details-\(name)", driver.screen)
      driver.press(.escape)
    }
  }

  @Test func `questions name what they are about`() {
    var driver = Fixture.model(Fixture.snapshot(transfers: Fixture.transfers))
    driver.type("AD")
    expectGolden("delete", driver.screen)
    driver.press(.escape)
    driver.type("q")
    expectGolden("quit", driver.screen)
  }

  @Test func `candidates stand over the prompt, the chosen one marked`() {
    var driver = Fixture.model()
    driver.type(":p")
    driver.press(.tab)
    driver.send(
      .completions(
        ticket: driver.model.ticket, Completions(range: 0..<1, candidates: ["pause", "peers", "push"])))
    driver.press(.tab, .tab)
    expectGolden("prompt", driver.screen)
  }

  @Test func `a command's output is shown in a box`() {
    var driver = Fixture.model()
    driver.type(":log 40")
    driver.press(.enter)
    driver.send(.output(CommandOutput(lines: (1...40).map { "line \($0) of what the command says" })))
    driver.press(.pageDown)
    expectGolden("output", driver.screen)
  }

  @Test func `the selected row has the cursor and its role`() {
    var driver = Fixture.model()
    driver.press(.down)
    let frame = Views.frame(driver.model)
    #expect(frame.cursor == Point(x: 0, y: 4))
    #expect(frame.row(4).allSatisfy { $0.role == .selected })
    driver.press(.tab)
    #expect(Views.frame(driver.model).row(4).allSatisfy { $0.role == .selectedElsewhere })
  }

  @Test func `no control character reaches the screen`() {
    for scalar in Fixture.model(width: 200, height: 60).screen.unicodeScalars where scalar != "\n" {
      #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar.value != 0x202E)
    }
  }

  @Test func `nothing is redrawn when nothing happens`() {
    var driver = Fixture.model()
    let before = Views.frame(driver.model)
    driver.pass(300)
    #expect(Views.frame(driver.model) == before)
  }
}
