import PeerCore
import Testing

@testable import p2ptui

/// What the mouse does at the place where something is drawn.
@Suite struct PointingTests {
  @Test func `a click selects a row and focuses its pane`() {
    var driver = Fixture.model()
    driver.click("lecture-03.pdf")
    #expect(driver.selectedName == "lecture-03.pdf")
    driver.click("localhost:8050")
    #expect(driver.model.focus == .peers && driver.model.selection(.peers) == .peer(PeerHandle(0)))
    driver.click("1 Files")
    #expect(driver.model.focus == .files)
  }

  @Test func `a double click opens details, and a click beside closes them`() {
    var driver = Fixture.model()
    driver.click("notes.txt")
    driver.pass(Model.doubleClick + 1)
    driver.click("notes.txt")
    #expect(driver.model.overlay == nil)
    driver.click("notes.txt")
    #expect(driver.screen.contains("╭─ File ─"))
    driver.click("╭─ File ─")
    #expect(driver.model.overlay != nil)
    driver.click("━ 1 Files")
    #expect(driver.model.overlay == nil && driver.model.focus == .files)
  }

  @Test func `a click on a column's head sorts, and the next one reverses`() {
    var driver = Fixture.model()
    driver.click("SIZE")
    #expect(driver.model.files.query == FileQuery(sort: .size))
    driver.click("SIZE")
    #expect(driver.model.files.query == FileQuery(sort: .size, descending: true))
    driver.click("SEEN")
    #expect(driver.model.peers.sort == .seen && driver.model.focus == .peers)
  }

  @Test func `a click on a hint is its key`() {
    var driver = Fixture.model()
    driver.click("fetch")
    expectCommands([.get(Fixture.id(5))], &driver)
    driver.click("? help")
    #expect(driver.screen.contains("╭─ Keys ─"))
  }

  @Test func `the wheel moves the list under the pointer and leaves the focus`() {
    let more = (100..<200).map { Fixture.record($0, "file \($0)") }
    var driver = Fixture.model(Fixture.snapshot(records: more))
    driver.turn(.wheelDown, over: "file 102")
    #expect(driver.model.top(.files) == 3 && driver.selectedName == "file 103")
    driver.turn(.wheelUp, over: "file 103")
    driver.turn(.wheelUp, over: "file 103")
    #expect(driver.model.top(.files) == 0 && driver.selectedName == "file 103")
    driver.turn(.wheelUp, over: "GOSSIP from carol")
    #expect(driver.model.focus == .files && driver.screen.contains("paused"))
    driver.turn(.wheelDown, over: "3 Log")
    #expect(!driver.screen.contains("paused"))
  }

  @Test func `the wheel scrolls a box`() {
    var driver = Fixture.model()
    driver.type("?")
    driver.turn(.wheelDown, over: "─ Keys ─")
    #expect(driver.model.overlay?.scroll == Model.wheelRows)
  }

  @Test func `a question is answered by its words only`() {
    var driver = Fixture.model()
    driver.type("jjjjD")
    driver.click("Every peer is told")
    #expect(driver.model.dialog != nil)
    driver.click("N ", after: "Delete it? y/")
    #expect(driver.model.dialog == nil && driver.foot.contains("Nothing was done."))
    driver.type("D")
    driver.click("y/N", after: "Delete it? ")
    #expect(driver.foot.contains("u undo"))
    driver.click("u undo")
    #expect(driver.foot.contains("Not deleted"))
  }

  @Test func `a place without meaning does nothing`() {
    var driver = Fixture.model()
    let before = driver.screen
    driver.send(.mouse(.click, nil))
    driver.send(.mouse(.wheelDown, nil))
    #expect(driver.screen == before)
  }

  @Test func `a row that moved since is still the one that was clicked`() {
    var driver = Fixture.model()
    let target = Views.frame(driver.model).target(at: Point(x: 20, y: 8))
    driver.type("I")
    driver.send(.mouse(.click, target))
    #expect(driver.selectedName == "notes.txt")
  }
}

extension Driver {
  /// Clicks at the first place where a text stands, or where it goes on after another one.
  mutating func click(_ text: String, after: String = "") { send(.mouse(.click, target(text, after))) }

  mutating func turn(_ deed: Mouse.Deed, over text: String) { send(.mouse(deed, target(text, ""))) }

  private func target(_ text: String, _ before: String) -> Target? {
    let frame = Views.frame(model)
    let wanted = Array((before + text).unicodeScalars.map { Character($0) })
    for y in 0..<frame.size.height {
      for x in 0..<frame.size.width {
        let cells = (x..<min(frame.size.width, x + wanted.count)).map { frame[$0, y].text }
        if cells.joined() == String(wanted) { return frame.target(at: Point(x: x + before.count, y: y)) }
      }
    }
    Issue.record("“\(before)\(text)” is not on the screen:\n\(screen)")
    return nil
  }
}
