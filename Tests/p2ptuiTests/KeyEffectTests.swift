import PeerCore
import Testing

@testable import p2ptui

/// What each key of the table does, on the screen with eight files, four peers, thirty lines and three transfers.
@Suite struct KeyEffectTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var intent: Intent
    /// Typed before the key.
    var before: String
    var has: @Sendable (inout Driver) -> Bool

    init(_ intent: Intent, after before: String = "", _ has: @escaping @Sendable (inout Driver) -> Bool) {
      (self.intent, self.before, self.has) = (intent, before, has)
    }

    var testDescription: String { "\(intent) after “\(before)”" }
  }

  private static func asks(_ commands: Command...) -> @Sendable (inout Driver) -> Bool {
    { $0.takeCommands() == commands }
  }

  private static func row(_ row: Int, _ pane: Pane = .files) -> @Sendable (inout Driver) -> Bool {
    { $0.model.row(pane) == row }
  }

  private static func focus(_ pane: Pane) -> @Sendable (inout Driver) -> Bool { { $0.model.focus == pane } }

  /// Files by name: passwd 0 (failed), holiday 1, evil 2, lecture 3, mine 4 (own), notes 5 (own), song 6
  /// (fetched), Japanese 7.
  static let cases: [Case] = [
    Case(.up, after: "jj", row(1)), Case(.down, row(1)), Case(.pageUp, after: "G", row(1)),
    Case(.pageDown, row(6)), Case(.first, after: "jjj", row(0)), Case(.last, row(7)),
    Case(.last, after: "2", row(3, .peers)), Case(.up, after: "3", row(28, .log)),
    Case(.nextPane, focus(.transfers)), Case(.previousPane, focus(.log)),
    Case(.filesPane, after: "2", focus(.files)), Case(.peersPane, focus(.peers)),
    Case(.logPane, focus(.log)), Case(.transfersPane, focus(.transfers)),
    Case(.details) { $0.screen.contains("─ File ") },
    Case(.details, after: "2") { $0.screen.contains("─ Peer ") },
    Case(.back, after: "A") { $0.model.files.marks.isEmpty },
    Case(.maximise) { $0.model.layout?.panes.count == 1 },
    Case(.mark) { $0.model.files.marks.count == 1 && $0.model.row(.files) == 1 },
    Case(.range) { $0.model.files.range != nil && $0.model.files.marks.count == 1 },
    Case(.markAll) { $0.model.files.marks.count == 8 },
    Case(.invertMarks, after: " ") { $0.model.files.marks.count == 7 },
    Case(.filter) { $0.foot.hasPrefix(" /  words") },
    Case(.nextMatch) { $0.foot.contains("Nothing was searched for") },
    Case(.previousMatch) { $0.foot.contains("Nothing was searched for") },
    Case(.sort) { $0.model.files.query.sort == Fixture.column(1, from: .name) },
    Case(.previousSort) { $0.model.files.query.sort == Fixture.column(-1, from: .name) },
    Case(.sort, after: "2") { $0.model.peers.sort == PeersList.Sort.allCases[1] },
    Case(.previousSort, after: "2") { $0.model.peers.sort == PeersList.Sort.allCases.last },
    Case(.sort, after: "3") { $0.model.log.level == .info },
    Case(.reverse) { $0.model.files.query.descending },
    Case(.reverse, after: "2") { $0.model.peers.descending },
    Case(.follow) { $0.model.files.follows }, Case(.follow, after: "3") { !$0.model.log.follows },
    Case(.fetch, asks(.get(Fixture.id(5)))), Case(.push) { $0.foot.hasPrefix(" push:") },
    Case(.delete, after: "jjjj") { $0.screen.contains("Delete 1 file from the network") },
    Case(.undo, after: "jjjjDy") { $0.foot.contains("Not deleted: mine too.md.") },
    Case(.forget, after: "jjjj") { $0.screen.contains("Forget the copy here") },
    Case(.announce, after: "jjjj", asks(.announce(Fixture.id(8)))),
    Case(.greet, after: "2", asks(.gossip(Endpoint(host: "localhost", port: 8052)))),
    Case(.showFiles, after: "2j") { driver in
      driver.model.focus == .files && driver.model.files.query.text == "peer:bob"
        && driver.model.count(.files) == 4
    },
    Case(.pause, after: "4", asks(.pause(Fixture.id(4)))),
    Case(.pause, after: "jjjjjj", asks(.pause(Fixture.id(4)))),
    Case(.moveUp, after: "4", asks(.move(Fixture.id(4), .up))),
    Case(.moveDown, after: "4", asks(.move(Fixture.id(4), .down))),
    Case(.raise, after: "4", asks(.prioritise(Fixture.id(4), .high))),
    Case(.lower, after: "4", asks(.prioritise(Fixture.id(4), .low))),
    Case(.cancel, after: "4j", asks(.cancelUpload(2))),
    Case(.pause, after: "4j") { $0.foot.contains("it can only be cancelled") },
    Case(.cancel, after: "4", asks(.cancel(Fixture.id(4)))), Case(.retry, asks(.retry(Fixture.id(5)))),
    Case(.copyID) { driver in
      driver.takeRequests().contains { if case .copy(Fixture.id(5).hex) = $0 { true } else { false } }
    },
    Case(.command) { $0.foot.hasPrefix(" :  a command") }, Case(.help) { $0.screen.contains("─ Keys ") },
    Case(.redraw) { $0.takeRequests().contains { if case .redraw = $0 { true } else { false } } },
    Case(.suspend) { $0.takeRequests().contains { if case .suspend = $0 { true } else { false } } },
    Case(.quit) { $0.screen.contains("2 transfers are not finished.") },
  ]

  @Test(arguments: cases)
  func `a key does what the help says`(of test: Case) throws {
    for key in Set(KeyTable().bindings.filter { $0.intent == test.intent }.flatMap(\.keys)) {
      #expect(Self.holds(test, pressing: key) != false, "\(key.name)")
    }
  }

  /// Whether a key does what a case says; `nil` if it means something else in the pane of that case.
  static func holds(_ test: Case, pressing key: Key) -> Bool? {
    var driver = Fixture.model(Fixture.snapshot(transfers: Fixture.transfers))
    driver.type(test.before)
    guard driver.model.keys.intent(of: key, in: driver.model.focus) == test.intent else { return nil }
    driver.press(key)
    return test.has(&driver)
  }

  @Test func `no intent is left out`() {
    #expect(Set(Self.cases.map(\.intent)) == Set(Intent.allCases))
  }

  @Test func `keys that redraw and suspend work in every layer`() {
    for layer in ["", ":", "/", "p", "?", "jjjjD"] {
      for key in [Key.control("l"), .control("z")] {
        var driver = Fixture.model()
        driver.type(layer)
        _ = driver.takeRequests()
        driver.press(key)
        let requests = driver.takeRequests()
        #expect(requests.count == 1, "\(key.name) after “\(layer)”: \(requests)")
      }
    }
  }
}
