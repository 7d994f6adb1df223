import ArgumentParser
import PeerCore
import Testing

@testable import p2ptui

/// The options that the manuals name are those of the program, with its values and defaults.
@Suite struct ManualOptionsTests {
  /// The options that the program's help tells of.
  private static let known = Set(names(in: Arguments.helpMessage(includeHidden: false, columns: 200))).union([
    "--help", "--version",
  ])
  /// The parser's own, which help leaves out.
  private static let unlisted: Set = ["--generate-completion-script"]

  private static func names(in text: String) -> [String] {
    text.matches(of: #/(?:^|[^\w-])(--[a-z][a-z-]*[a-z])/#).map { String($0.1) }
  }

  private static func options(_ words: [String]) throws -> Options {
    try Arguments.parse(["ann", "localhost", "8040", "8041"] + words).options(environment: [:])
  }

  @Test(arguments: Manual.complete)
  func `each option is in a manual`(manual: Manual) {
    #expect(Self.known.subtracting(Self.names(in: manual.text)) == [])
  }

  @Test(arguments: Manual.all)
  func `each option that a manual names is one`(manual: Manual) {
    let codes = manual.codes.filter { $0.hasPrefix("--") || $0.hasPrefix("p2ptui") }
    let names = codes.flatMap(Self.names(in:)) + manual.commandLines.flatMap { $0.flatMap(Self.names(in:)) }
    #expect(Set(names).subtracting(Self.known).subtracting(Self.unlisted) == [])
  }

  /// An option with each value that a table says it takes: `--theme dark|light`, `--quota SIZE`.
  private static func examples(of code: String) -> [[String]] {
    let words = code.split(separator: " ").map(String.init)
    guard words.count > 1 else { return [words] }
    let samples = [
      "HOST:PORT": "localhost:8040", "DIR": "/tmp", "ADDR": "0.0.0.0", "FILE": "/tmp/x", "N": "7", "S": "2.5",
      "RATE": "2M", "SIZE": "3G", "LEVEL": "debug", "PATH": "/tmp/x", "THEME": "light", "WHOSE": "any",
    ]
    return words[1].split(separator: "|").map { [words[0], samples[$0.uppercased()] ?? String($0)] }
  }

  @Test(arguments: Manual.all)
  func `each option of a table does something, with each of its values`(manual: Manual) throws {
    let usual = try Self.options([])
    for code in manual.tables(headed: "option").flatMap(\.rows).flatMap({ Manual.codes(in: $0[0]) })
    where code.hasPrefix("--") {
      let examples = Self.examples(of: code)
      if ["--demo", "--help", "--version", "--config", "--print-config"].contains(examples[0][0]) {
        continue
      }
      let results = try examples.map(Self.options)
      // Of several values one may be the default.
      #expect(results.contains { $0 != usual }, "\(code)")
      #expect(results.allSatisfy { result in results.count { $0 == result } == 1 }, "\(code)")
    }
  }

  @Test func `the defaults of the guide are those of the program`() throws {
    let usual = try Self.options([])
    for row in Manual.guide.tables(headed: "option").flatMap(\.rows) {
      guard let option = Manual.codes(in: row[0]).first?.split(separator: " ").first else { continue }
      let value = row[1].filter { $0 != "`" }
      guard value.first?.isNumber == true || ["owner-address", "yes", "info", "quit"].contains(value) else {
        continue
      }
      #expect(try Self.options([String(option), value]) == usual, "\(option) \(value)")
    }
  }

  @Test(arguments: Manual.all)
  func `each command line starts a peer`(manual: Manual) throws {
    for words in manual.commandLines where Set(words).isDisjoint(with: ["--help", "--version"]) {
      if words.first == "--generate-completion-script" { continue }
      #expect(throws: Never.self, "\(words)") { _ = try Arguments.parse(words).options(environment: [:]) }
    }
  }

  @Test(arguments: Manual.all)
  func `each configuration file is taken`(manual: Manual) throws {
    let files = manual.blocks.filter { $0.language == "yaml" && !$0.text.hasPrefix("scrape_configs") }
    #expect(!files.isEmpty)
    for file in files {
      let file = try ConfigurationFile(text: file.text, path: manual.name)
      #expect(!file.arguments.isEmpty)
    }
  }
}
