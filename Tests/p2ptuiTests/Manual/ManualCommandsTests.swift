import PeerCore
import PeerEngine
import TestSupport
import Testing

@testable import p2ptui

/// The commands that the manuals name are those of the program, and can be typed as they stand there.
@Suite struct ManualCommandsTests {
  private static let known = snapshot(
    [
      file("4f1a", "notes.txt", owner: "ann", stored: "notes.txt"),
      file("aaaa", "my notes.txt", owner: "ann", stored: "my notes.txt"),
      file("bbbb", "two words.iso", owner: "bob", size: 20 << 20, holders: [1]),
      file("cccc", "here.txt", owner: "carol"),
    ], peers: [peer(1, "bob")])

  /// Lines that can be typed for a usage such as `limit down|up <rate>|none`.
  private static func lines(of usage: String) -> [String] {
    var lines = [""]
    for word in usage.split(separator: " ") {
      let values = word.split(separator: "|").map { value(of: String($0)) }
      lines = lines.flatMap { line in values.map { line.isEmpty ? $0 : line + " " + $0 } }
    }
    return lines
  }

  private static func value(of word: String) -> String {
    switch word {
    case "<file>", "<file>…": "notes.txt"
    case "<path>…": "~/a.txt 'b c.txt'"
    case "<rate>": "2M"
    case "<n>", "[n]": "5"
    case "[text]": "owner:ann >1M"
    case "[host:port]": "localhost:8040"
    case "[command]": "get"
    default: word
    }
  }

  /// What a line is refused for before the peer hears of it.
  private static func mistake(in line: String) async -> String? {
    let commands = Commands(client: FakeClient(known), workingDirectory: "/", homeDirectory: "/home/ann")
    return await commands.answer(line)?.error
  }

  /// Codes that are a command with its arguments, wherever they stand.
  private static func typed(in manual: Manual) -> [String] {
    let lines = manual.codes + manual.blocks.flatMap { $0.text.split(separator: "\n").map(String.init) }
    return lines.map { String($0.drop { $0 == ":" }) }.filter { line in
      let words = line.split(separator: " ")
      return words.count > 1 && CommandName(rawValue: String(words[0])) != nil
    }
  }

  @Test(arguments: Manual.all)
  func `each command line that a manual shows is understood`(manual: Manual) async {
    let shown = Self.typed(in: manual)
    #expect(!shown.isEmpty)
    for line in shown.flatMap(Self.lines) {
      let mistake = await Self.mistake(in: line)
      #expect(mistake == nil, "\(line)")
    }
  }

  @Test(arguments: Manual.complete)
  func `each command is in a manual`(manual: Manual) {
    let first = Set(manual.codes.compactMap { $0.split(separator: " ").first.map(String.init) })
    #expect(Set(CommandName.allCases.map(\.rawValue)).subtracting(first) == [])
  }

  @Test(arguments: [Manual.guide, .page])
  func `a table has each command with its usage`(manual: Manual) {
    let told = manual.tables(headed: "command").flatMap(\.rows).flatMap { Manual.codes(in: $0[0]) }
    let known = CommandName.allCases.map(\.spec.usage)
    #expect(Set(told).symmetricDifference(known) == [])
  }

  @Test(arguments: CommandName.allCases)
  func `each command of the program's own help can be typed as it stands there`(command: CommandName) async {
    for line in Self.lines(of: command.spec.usage) {
      let mistake = await Self.mistake(in: line)
      #expect(mistake == nil, "\(line)")
    }
  }

  @Test func `each term of the filter finds some files, and not all`() async throws {
    var (wanted, failed) = (
      file("dddd", "coming.txt", holders: [1]), file("eeee", "broken.iso", holders: [1])
    )
    (wanted.fetch, failed.fetch) = (.wanted, .failed)
    let large = file("ffff", "large.iso", size: 5 << 30, holders: [1])
    let records = Self.known.files.map(\.1) + [wanted, failed, large]
    let all = snapshot(records, peers: [peer(1, "bob")])
    let table = try #require(Manual.guide.tables(headed: "term").first)
    let terms = table.rows.flatMap { Manual.codes(in: $0[0]) }
    #expect(terms.count > 10)
    for term in terms {
      let found = FileQuery(text: term).slots(in: all.files, peers: all.peers).count
      #expect((1..<records.count).contains(found), "\(term) finds \(found)")
    }
  }
}
