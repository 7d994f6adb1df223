import PeerCore
import Testing

@testable import p2ptui

@Suite struct DeletionTests {
  private let own = Command.delete(Fixture.id(1))

  private func asked() -> Driver {
    var driver = Fixture.model()
    driver.type("/notes")
    driver.press(.enter)
    _ = driver.takeRequests()
    driver.type("D")
    return driver
  }

  @Test func `the default answer is no`() {
    for key in [Key.enter, .escape, .character("n"), .control("c")] {
      var driver = asked()
      #expect(driver.model.dialog != nil)
      driver.press(key)
      driver.pass(60_000)
      #expect(driver.model.dialog == nil)
      expectCommands([], &driver)
    }
  }

  @Test func `a deletion is sent after five seconds`() {
    var driver = asked()
    driver.type("y")
    #expect(driver.foot.contains("Deleting notes.txt in 5 s."))
    #expect(driver.screen.contains("deleting"))
    driver.pass(4_999)
    expectCommands([], &driver)
    driver.pass(1)
    expectCommands([own], &driver)
  }

  @Test func `no notice hides that it can be undone`() {
    var driver = asked()
    driver.type("y")
    driver.send(.replies([.failed("song.flac has no holder.")]))
    #expect(driver.foot.contains("u undo"))
    driver.pass(5_000)
    #expect(driver.foot.contains("no holder"))
  }

  @Test func `undo takes a deletion back`() {
    var driver = asked()
    driver.type("yu")
    #expect(driver.foot.contains("Not deleted: notes.txt."))
    driver.pass(60_000)
    expectCommands([], &driver)
    driver.type("u")
    #expect(driver.foot.contains("nothing to undo"))
  }

  @Test func `quitting sends the deletion first`() {
    var driver = asked()
    driver.type("yq")
    let requests = driver.takeRequests()
    #expect(requests.count == 2)
    guard case .submit([own]) = requests[0], case .leave(.quit) = requests[1] else {
      Issue.record("\(requests)")
      return
    }
  }

  @Test func `the command exit sends the deletion first too`() {
    var driver = asked()
    driver.type("y")
    driver.send(.output(CommandOutput(lines: [], leave: .exit)))
    guard case .submit([own])? = driver.takeRequests().first else {
      Issue.record("not sent")
      return
    }
  }

  @Test func `forgetting the last copy is named as that`() {
    var driver = Fixture.model()
    driver.type("jjjjx")
    #expect(driver.screen.contains("Only the copy here goes, to the trash."))
    driver.press(.escape)
    driver.type("jx")
    #expect(driver.screen.contains("Nobody else has it now."))
    driver.press(.escape)
    driver.type("Ax")
    #expect(driver.screen.contains("Nobody else has 1 of them now."))
  }

  @Test func `several files need their number typed`() {
    var driver = Fixture.model()
    driver.type("AD")
    #expect(driver.screen.contains("The other 6 are not yours."))
    driver.type("y")
    driver.press(.enter)
    driver.pass(60_000)
    expectCommands([], &driver)
    driver.type("D2")
    driver.press(.enter)
    driver.pass(5_000)
    expectCommands([.delete(Fixture.id(8)), own], &driver)
  }

  @Test func `six files are named, and the rest counted`() {
    #expect(Dialog.list((1...9).map(String.init)).last == "  and 3 more")
    #expect(Dialog.list((1...7).map(String.init)).count == 7)
  }

  @Test func `files of others are refused without a question`() {
    var driver = Fixture.model()
    driver.type("/song")
    driver.press(.enter)
    driver.type("D")
    #expect(driver.model.dialog == nil && driver.foot.contains("Only its owner"))
  }

  @Test func `forgetting needs a confirmation too`() {
    var driver = Fixture.model()
    driver.type("/notes")
    driver.press(.enter)
    driver.type("xn")
    expectCommands([], &driver)
    driver.type("xy")
    expectCommands([.forget(Fixture.id(1))], &driver)
  }
}
