import PeerCore
import Testing

@testable import p2ptui

@Suite struct MarksTests {
  private func marked(_ driver: Driver) -> [Int] {
    driver.model.files.marks.compactMap(driver.model.files.order.row(of:)).sorted()
  }

  @Test func `a range follows the selection both ways`() {
    var driver = Fixture.model()
    driver.type("jjvjj")
    #expect(marked(driver) == [2, 3, 4])
    driver.type("kkkk")
    #expect(marked(driver) == [0, 1, 2])
    driver.type("vG")
    #expect(marked(driver) == [0, 1, 2] && !driver.screen.contains("marking"))
  }

  @Test func `a range adds to what was marked, and Esc gives it up`() {
    var driver = Fixture.model()
    driver.type(" jvjj")
    #expect(marked(driver) == [0, 2, 3, 4] && driver.screen.contains("marking"))
    driver.press(.escape)
    #expect(marked(driver) == [0])
    driver.press(.escape)
    #expect(marked(driver).isEmpty)
  }

  @Test func `a range is worked on as a batch`() {
    var driver = Fixture.model()
    driver.type("vjjf")
    expectCommands([.get(Fixture.id(5)), .get(Fixture.id(7)), .get(Fixture.id(6))], &driver)
    driver.type("j")
    #expect(marked(driver).isEmpty)
  }

  @Test func `a range goes on when files come`() {
    var driver = Fixture.model()
    driver.type("vjj")
    driver.pass(10_000)
    let more = Fixture.records + [Fixture.record(100, "b between")]
    driver.send(.snapshot(Fixture.snapshot(records: more, revision: 2)))
    driver.pass(1_000)
    #expect(marked(driver) == [0, 1, 2, 3])
  }

  @Test func `following selects the newest line until the user moves`() {
    var driver = Fixture.model()
    func arrive(_ number: Int, _ revision: UInt64) {
      var record = Fixture.record(number, "news \(number)")
      record.firstSeen = Int64(number)
      let records = driver.model.snapshot.files.map(\.record) + [record]
      driver.pass(10_000)
      driver.send(.snapshot(Fixture.snapshot(records: records, revision: revision)))
      driver.pass(1_000)
    }
    driver.type("F")
    arrive(100, 2)
    #expect(driver.selectedName == "news 100" && driver.screen.contains("following"))
    arrive(101, 3)
    #expect(driver.selectedName == "news 101")
    driver.type("k")
    arrive(102, 4)
    #expect(driver.selectedName == "news 100" && !driver.screen.contains("following"))
  }

  @Test func `peers stay where they are while keys are pressed`() {
    var driver = Fixture.model()
    driver.pass(10_000)
    driver.type("2s")
    let before = driver.model.peers.rows
    var snapshot = driver.model.snapshot
    snapshot.peers[3].lastSeen = 100_500
    snapshot.peers.append(
      PeerView(
        handle: PeerHandle(9), id: PeerID("aaron"), endpoint: Endpoint(host: "h", port: 1), lastSeen: 100_600)
    )
    driver.send(.snapshot(snapshot))
    #expect(driver.model.peers.rows == before + [PeerHandle(9)])
    driver.pass(Model.quietTime)
    driver.send(.snapshot(snapshot))
    #expect(driver.model.peers.rows.prefix(2) == [PeerHandle(9), PeerHandle(3)])
  }
}

@Suite struct SearchTests {
  @Test func `matches are walked through when the filter is off`() {
    var driver = Fixture.model()
    driver.type("/owner:bob")
    driver.press(.enter, .escape)
    #expect(driver.model.count(.files) == 8)
    var seen: [String?] = []
    for _ in 0..<4 {
      driver.type("n")
      seen.append(driver.selectedName)
    }
    #expect(
      Set(seen) == ["a holiday by the sea with everybody, all pictures.zip", "lecture-03.pdf", "song.flac"])
    let last = driver.selectedName
    driver.type("Nn")
    #expect(driver.selectedName == last)
  }

  @Test func `the log is searched in context`() {
    var driver = Fixture.model(width: 120)
    driver.type("3m/line 17")
    driver.press(.enter)
    #expect(driver.model.count(.log) == 1)
    driver.press(.escape, .end)
    driver.type("n")
    #expect(driver.model.count(.log) == 30 && driver.model.row(.log) == 16)
    #expect(driver.screen.contains("this is line 17") && driver.screen.contains("this is line 18"))
  }

  @Test func `a filter that is cancelled is not what n looks for`() {
    var driver = Fixture.model()
    driver.type("/pdf")
    driver.press(.escape)
    driver.type("n")
    #expect(driver.foot.contains("Nothing was searched for"))
  }

  @Test(arguments: [
    ("owner:carol", 1), ("peer:carol", 2), ("here", 2), ("failed", 1), (">10M", 2), ("<1K !here", 0),
    ("pdf", 2),
  ])
  func `the filter knows owners, holders, states and sizes`(text: String, count: Int) {
    var driver = Fixture.model()
    driver.type("/" + text)
    #expect(driver.model.count(.files) == count)
  }
}
