import PeerCore
import Testing

@testable import p2ptui

/// The keys that the manuals name are those of the program, and do what they say.
@Suite struct ManualKeysTests {
  /// `hjkl` and `1`–`4` stand for several keys.
  private static func keys(in cell: String) -> [String] {
    if let range = cell.firstMatch(of: #/`(\d)`–`(\d)`/#), let first = Int(range.1), let last = Int(range.2) {
      return (first...last).map(String.init) + keys(in: cell.replacing(range.0, with: ""))
    }
    return Manual.codes(in: cell).flatMap { code in
      code == "hjkl" ? code.map { String($0) } : code.split(separator: " ").map(String.init)
    }
  }

  private static func keys(of manual: Manual) -> [String] {
    manual.tables(headed: "key").flatMap(\.rows).flatMap { keys(in: $0[0]) }
  }

  @Test(arguments: Manual.all)
  func `each key that a manual names does something on the screen`(manual: Manual) throws {
    for name in Self.keys(of: manual) {
      let key = try #require(Key(name: name), "\(name)")
      let intents = Set(KeyTable().bindings.filter { $0.keys.contains(key) }.map(\.intent))
      let cases = KeyEffectTests.cases.filter { intents.contains($0.intent) }
      let results = cases.compactMap { KeyEffectTests.holds($0, pressing: key) }
      #expect(!results.isEmpty && !results.contains(false), "\(name)")
    }
  }

  @Test(arguments: Manual.all)
  func `each thing that keys can do has a key in a manual`(manual: Manual) {
    let named = Set(Self.keys(of: manual).compactMap { Key(name: $0) })
    for intent in Intent.allCases {
      let keys = KeyTable().bindings.filter { $0.intent == intent }.flatMap(\.keys)
      #expect(!named.isDisjoint(with: keys), "\(intent.name)")
    }
  }

  private struct Row: Hashable, CustomStringConvertible {
    var section: String
    var action: String
    var keys: Set<String>

    var description: String { "\(section): \(keys.sorted().joined(separator: " ")) \(action)" }
  }

  @Test func `the guide's tables are the key table`() {
    let told = Manual.guide.tables(headed: "key").flatMap { table in
      table.rows.map {
        Row(section: table.above, action: Manual.codes(in: $0[1])[0], keys: Set(Self.keys(in: $0[0])))
      }
    }
    let sections: [Pane: String] = [
      .files: "In the files pane:", .peers: "In the peers pane:", .log: "In the log:",
      .transfers: "In the transfers pane:",
    ]
    let known = KeyTable().bindings.flatMap { binding in
      let isEverywhere = binding.panes == Set(Pane.allCases)
      return (isEverywhere ? ["Everywhere:"] : binding.panes.compactMap { sections[$0] }).map {
        Row(section: $0, action: binding.intent.name, keys: Set(binding.keys.map(\.name)))
      }
    }
    #expect(Set(told).subtracting(known).map(\.description) == [])
    #expect(Set(known).subtracting(told).map(\.description) == [])
  }

  // MARK: Prompts

  /// Whether a key changes a prompt with something before and behind its cursor, something cut, and a history.
  private static func edits(_ key: Key) -> Bool {
    var driver = Fixture.model(history: ["list my notes", "list my songs"])
    driver.type(":list one two three")
    driver.press(.control("w"), .up, .wordLeft)
    _ = driver.takeRequests()
    let before = driver.model.prompt
    driver.press(key)
    return "\(String(describing: before))" != "\(String(describing: driver.model.prompt))"
      || !driver.takeRequests().isEmpty
  }

  @Test func `the prompt's keys are those of the guide`() throws {
    let table = try #require(Manual.guide.tables(headed: "key in a prompt").first)
    let told = Set(table.rows.flatMap { Self.keys(in: $0[0]) })
    let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { Character(Unicode.Scalar($0)) }
    let keys =
      letters.map(Key.control) + letters.map(Key.alt) + (1...12).map(Key.function) + [
        .enter, .escape, .tab, .backTab, .backspace, .delete, .insert, .up, .down, .left, .right, .home, .end,
        .pageUp, .pageDown, .wordLeft, .wordRight,
      ]
    // Two keys work in every layer, and stand in the tables of the screen.
    let known = Set(
      keys.filter { ![.control("l"), .control("z")].contains($0) && Self.edits($0) }.map(\.name))
    #expect(told.subtracting(known) == [])
    #expect(known.subtracting(told) == [])
  }
}
