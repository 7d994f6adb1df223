import PeerCore
import Testing

@testable import p2ptui

/// What keys and events do.
@Suite struct ModelTests {
  @Test func `moving stops at the ends`() {
    var driver = Fixture.model()
    driver.press(.up)
    #expect(driver.model.row(.files) == 0)
    driver.press(.end, .down)
    #expect(driver.model.row(.files) == 7)
    driver.type("g")
    #expect(driver.model.row(.files) == 0)
    driver.type("jjk")
    #expect(driver.model.row(.files) == 1)
    driver.press(.pageDown, .pageDown)
    #expect(driver.model.row(.files) == 7)
  }

  @Test func `the selection is by id, and stays on its line`() {
    var driver = Fixture.model()
    driver.press(.down, .down, .down)
    let name = driver.selectedName
    let line = driver.model.row(.files) - driver.model.top(.files)
    let more = (100..<160).map { Fixture.record($0, $0 < 130 ? "aaa-\($0)" : "zzz-\($0)") }
    driver.pass(10_000)
    driver.send(.snapshot(Fixture.snapshot(records: Fixture.records + more, revision: 2)))
    #expect(driver.selectedName == name)
    #expect(driver.model.row(.files) - driver.model.top(.files) == line)
  }

  @Test func `until a key is pressed, the first row is selected`() {
    var driver = Fixture.model(Fixture.snapshot(records: Array(Fixture.records[..<2])))
    driver.pass(10_000)
    driver.send(.snapshot(Fixture.snapshot(revision: 2)))
    driver.pass(1_000)
    #expect(driver.model.row(.files) == 0)
    driver.press(.tab)
    let name = driver.selectedName
    driver.pass(10_000)
    let before = Fixture.record(100, "!first")
    driver.send(.snapshot(Fixture.snapshot(records: Fixture.records + [before], revision: 3)))
    driver.pass(1_000)
    #expect(driver.selectedName == name && driver.model.row(.files) == 1)
  }

  @Test func `a pane that was never used goes on selecting its first row`() {
    var driver = Fixture.model(Fixture.snapshot(transfers: Array(Fixture.transfers[2...])))
    driver.type("jj2")
    driver.pass(10_000)
    driver.send(.snapshot(Fixture.snapshot(transfers: Fixture.transfers, revision: 2)))
    #expect(driver.model.row(.transfers) == 0 && driver.model.row(.files) == 2)
    driver.send(.mouse(.wheelDown, .pane(.log)))
    driver.send(.mouse(.click, .row(.transfer(3))))
    #expect(driver.model.row(.transfers) == 2 && driver.model.focus == .transfers)
  }

  @Test func `files are not ordered again while keys are pressed`() {
    var driver = Fixture.model()
    driver.pass(10_000)
    driver.press(.down)
    driver.send(.snapshot(Fixture.snapshot(records: Array(Fixture.records[..<3]), revision: 2)))
    #expect(driver.model.files.order.count == 8)
    #expect(driver.screen.contains("gone"))
    driver.pass(Model.quietTime)
    #expect(driver.model.files.order.count == 3)
  }

  @Test func `the order of the files is asked for once per revision and query`() {
    var model = Model(snapshot: Fixture.snapshot(), size: Size(width: 80, height: 24))
    func sorts(_ requests: [Request]) -> [FileSort] {
      requests.compactMap { if case .sort(let sort) = $0 { sort } else { nil } }
    }
    let first = sorts(model.update(.tick, at: 0))
    #expect(first.count == 1)
    let second = sorts(model.update(.tick, at: 1)) + sorts(model.update(.key(.character("s")), at: 2))
    #expect(second.isEmpty)
    // The answer is for the old query, so the new one is asked for at once.
    let third = sorts(model.update(.sorted(first[0].run()), at: 3))
    #expect(third.map(\.query.sort) == [Fixture.column(1, from: .name)])
  }

  @Test func `Tab walks through the panes`() {
    var driver = Fixture.model()
    var seen: [Pane] = []
    for _ in 0..<4 {
      seen.append(driver.model.focus)
      driver.press(.tab)
    }
    #expect(seen == [.files, .peers, .log, .files])
    driver.press(.backTab)
    #expect(driver.model.focus == .files)
    driver.type("4")
    #expect(driver.model.focus == .transfers)
    driver.type("4")
    #expect(driver.model.focus == .files && !driver.model.showsTransfers)
    driver.type("L")
    #expect(driver.model.focus == .log)
  }

  @Test func `fetch takes the selected or the marked files`() {
    var driver = Fixture.model()
    driver.type("/lecture")
    driver.press(.enter)
    driver.type("f")
    expectCommands([.get(Fixture.id(2))], &driver)
    driver.press(.escape)
    driver.type("/.pdf")
    driver.press(.enter)
    driver.type("Af")
    expectCommands([.get(Fixture.id(2)), .get(Fixture.id(3))], &driver)
    #expect(driver.model.files.marks.isEmpty)
  }

  @Test func `fetch of what is here says so`() {
    var driver = Fixture.model()
    driver.type("/notes")
    driver.press(.enter)
    driver.type("f")
    expectCommands([], &driver)
    #expect(driver.foot.contains("here already"))
  }

  @Test func `a filter works while it is typed, and Esc brings the old one back`() {
    var driver = Fixture.model()
    driver.type("/pdf")
    #expect(driver.model.files.order.count == 2)
    driver.press(.backspace, .backspace, .backspace)
    #expect(driver.model.files.order.count == 8)
    driver.type("song")
    driver.press(.escape)
    #expect(driver.model.files.order.count == 8 && driver.model.prompt == nil)
    driver.type("/song")
    driver.press(.enter)
    #expect(driver.model.files.order.count == 1)
    driver.press(.escape)
    #expect(driver.model.files.order.count == 8)
  }

  @Test func `a filter that hides the selected file leads to the first`() {
    var driver = Fixture.model()
    driver.type("G/notes")
    driver.press(.enter, .escape)
    #expect(driver.selectedName == "notes.txt")
    driver.type("/pdf")
    #expect(driver.model.row(.files) == 0)
  }

  @Test func `a file that is gone is no longer marked`() {
    var driver = Fixture.model()
    driver.type("A")
    driver.pass(10_000)
    driver.send(.snapshot(Fixture.snapshot(records: Array(Fixture.records[..<3]), revision: 2)))
    driver.pass(1_000)
    #expect(driver.model.files.marks.count == 3)
  }

  @Test func `files and peers are sorted by the next column, the previous one, and in reverse`() {
    var driver = Fixture.model()
    driver.type("sI")
    #expect(
      driver.model.files.order.query == FileQuery(sort: Fixture.column(1, from: .name), descending: true))
    driver.type("g")
    #expect(driver.selectedName?.hasPrefix("a holiday") == true)
    driver.type("2sssS")
    #expect(driver.model.peers.sort == .files)
  }

  @Test func `the log follows until the user moves up`() {
    var driver = Fixture.model()
    driver.type("3")
    var snapshot = driver.model.snapshot
    func add(_ seq: UInt64) {
      snapshot.log.append(LogEntry(seq: seq, time: Fixture.wall, level: .info, text: "new \(seq)"))
    }
    add(31)
    driver.send(.snapshot(snapshot))
    #expect(driver.model.row(.log) == 30)
    driver.press(.up)
    add(32)
    driver.send(.snapshot(snapshot))
    #expect(driver.model.row(.log) == 29 && driver.screen.contains("paused"))
    driver.press(.end)
    add(33)
    driver.send(.snapshot(snapshot))
    #expect(driver.model.row(.log) == 32)
  }

  @Test func `the log shows only more serious lines`() {
    var driver = Fixture.model()
    driver.type("3sss")
    #expect(driver.model.log.rows.allSatisfy { driver.model.snapshot.log[$0].level == .error })
    #expect(!driver.model.log.rows.isEmpty)
  }

  @Test func `a notice and a bell tell that a fetch has ended`() {
    var driver = Fixture.model(Fixture.snapshot(transfers: Fixture.transfers))
    _ = driver.takeRequests()
    var transfers = Fixture.transfers
    transfers[0].state = .done
    driver.send(.snapshot(Fixture.snapshot(transfers: transfers)))
    #expect(driver.foot.contains("Fetched song.flac."))
    let bells = driver.takeRequests().count { if case .bell = $0 { true } else { false } }
    #expect(bells == 1)
    driver.pass(Model.noticeTime)
    #expect(!driver.foot.contains("Fetched"))
    // It is told once.
    driver.send(.snapshot(Fixture.snapshot(transfers: transfers)))
    let requests = driver.takeRequests()
    #expect(requests.isEmpty)
  }

  @Test func `news does not replace an answer before there was time to read it`() {
    var driver = Fixture.model(Fixture.snapshot(transfers: Fixture.transfers))
    driver.type("D")
    #expect(driver.foot.contains("Only its owner"))
    var transfers = Fixture.transfers
    transfers[0].state = .done
    driver.send(.snapshot(Fixture.snapshot(transfers: transfers)))
    #expect(driver.foot.contains("Only its owner"))
    driver.pass(Model.readingTime)
    #expect(driver.foot.contains("Fetched song.flac."))
  }

  @Test func `replies are summed up`() {
    var driver = Fixture.model()
    driver.send(.replies([.done("Fetching a.txt.")]))
    #expect(driver.foot.contains("Fetching a.txt."))
    driver.send(.replies([.done("Fetching a.txt."), .failed("b.txt has no holder.")]))
    #expect(driver.foot.contains("1 done, 1 refused: b.txt has no holder."))
  }

  @Test func `transfers are paused, resumed, cancelled and retried`() {
    var driver = Fixture.model(Fixture.snapshot(transfers: Fixture.transfers))
    driver.type("4Pcr")
    let id = Fixture.id(4)
    expectCommands([.pause(id), .cancel(id), .retry(id)], &driver)
    var transfers = Fixture.transfers
    transfers[0].state = .paused
    driver.send(.snapshot(Fixture.snapshot(transfers: transfers)))
    driver.type("P")
    expectCommands([.resume(id)], &driver)
  }

  @Test func `a peer is greeted, and its id copied`() {
    var driver = Fixture.model()
    driver.type("2a")
    expectCommands([.gossip(Endpoint(host: "localhost", port: 8052))], &driver)
    driver.type("y")
    guard case .copy("Starscourge Radahn")? = driver.takeRequests().last else {
      Issue.record("the id was not copied")
      return
    }
  }

  @Test func `resizing loses nothing`() {
    var driver = Fixture.model()
    driver.press(.end)
    let name = driver.selectedName
    for (width, height) in [(200, 60), (40, 10), (10, 2), (1, 1), (120, 36), (80, 24)] {
      driver.send(.resize(Size(width: width, height: height)))
      _ = Views.frame(driver.model)
    }
    #expect(driver.selectedName == name)
  }

  @Test func `a user who looks elsewhere sees the transfers that run`() {
    let transfers = (1...12).map {
      TransferView(
        number: UInt64($0), direction: .down, file: Fixture.id(4), fileName: "\($0)",
        state: $0 == 1 ? .active : .queued)
    }
    var driver = Fixture.model(Fixture.snapshot(transfers: transfers))
    driver.type("4G")
    #expect(driver.model.row(.transfers) == 11 && driver.model.top(.transfers) == 10)
    driver.type("1j")
    #expect(driver.model.row(.transfers) == 11 && driver.model.top(.transfers) == 0)
    driver.type("4")
    #expect(driver.model.row(.transfers) == 11 && driver.model.top(.transfers) == 10)
  }

  @Test func `a notice does not use up an Esc`() {
    var driver = Fixture.model()
    driver.type("An")
    #expect(driver.model.notice != nil && !driver.model.files.marks.isEmpty)
    driver.press(.escape)
    #expect(driver.model.notice == nil && driver.model.files.marks.isEmpty)
  }

  @Test func `the files of a peer are those that it holds`() {
    func peer(_ name: String) -> PeerView {
      PeerView(
        handle: PeerHandle(9), id: PeerID(name), endpoint: Endpoint(host: "there", port: 8001), lastSeen: 0)
    }
    #expect(Model.filter(for: peer("bob")) == "peer:bob")
    #expect(Model.filter(for: peer("Starscourge Radahn")) == "peer:\"Starscourge Radahn\"")
    #expect(Model.filter(for: peer("a\"b")) == "peer:there:8001")
    #expect(Model.filter(for: peer("")) == "peer:there:8001")
  }

  @Test func `a question and a box have hints of their own`() {
    var driver = Fixture.model()
    driver.type("jjjjD")
    #expect(driver.foot == " y yes  n no")
    driver.click("n no")
    driver.type("AD")
    #expect(driver.foot == " Enter confirm  Esc cancel")
    driver.click("Esc cancel")
    driver.press(.escape)
    driver.press(.enter)
    #expect(driver.foot.hasPrefix(" y copy  f fetch") && driver.foot.hasSuffix("Esc close"))
    driver.type("?")
    driver.type("?")
    #expect(driver.foot == " PgDn scroll  Esc close")
    #expect(driver.screen.contains("1-19 of 60, PgDn scrolls, Esc closes"))
  }

  @Test func `every key in every layer and size is harmless`() {
    let keys: [Key] =
      (0x20...0x7E).map { .character(Character(Unicode.Scalar($0))) }
      + "abcdefghijklmnopqrstuvwxyz".map { .control($0) }
      + [.enter, .escape, .tab, .backTab, .backspace, .delete, .up, .down, .left, .right, .home, .end]
      + [.pageUp, .pageDown, .insert, .wordLeft, .wordRight, .function(1), .function(5), .alt("b")]
      + [.paste("a\nb\u{1B}c"), .character("é"), .character("日"), .alt("d")]
    for (records, width, height) in [(Fixture.records, 80, 20), ([], 40, 10), (Fixture.records, 12, 3)] {
      var driver = Fixture.model(
        Fixture.snapshot(records: records, transfers: Fixture.transfers), width: width, height: height)
      for opener in keys {
        for key in [opener] + keys.prefix(while: { $0 != opener }).suffix(6) + [opener] { driver.press(key) }
        _ = Views.frame(driver.model)
      }
    }
  }
}
