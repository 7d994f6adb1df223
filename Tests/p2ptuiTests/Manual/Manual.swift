import Foundation
import PeerEngine
import TestSupport
import Testing

@testable import p2ptui

/// A document for the people who use the program, as tests read it.
struct Manual: Sendable, CustomTestStringConvertible {
  let name: String
  /// Markdown; of the man page, what `ManPage` makes of it.
  let text: String

  static let readme = Manual(reading: "README.md")
  static let guide = Manual(reading: "docs/GUIDE.md")
  static let page = Manual(reading: "docs/p2ptui.1")
  static let all = [readme, guide, page]
  /// Those that leave nothing out.
  static let complete = [guide, page]

  /// For people who work on the program.
  static let others = [
    "CHANGELOG.md", "CONTRIBUTING.md", "docs/ARCHITECTURE.md", "docs/PERFORMANCE.md", "docs/PROTOCOL.md",
    "docs/RELIABILITY.md", "docs/SCALE.md", "docs/TESTING.md", "SECURITY.md", "Tests/Interop/README.md",
  ].map(Manual.init(reading:))

  init(reading path: String) {
    name = path
    let text = (try? Repository.text(path)) ?? ""
    self.text = path.hasSuffix(".1") ? ManPage(text).markdown : text
  }

  var testDescription: String { name }

  /// A table: its columns' heads, the heading or sentence above it, and the cells of its rows.
  struct Table: Sendable {
    var columns: [String]
    var above: String
    var rows: [[String]]
  }

  var tables: [Table] {
    var tables: [Table] = []
    var above = ""
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let cells = Self.cells(of: line)
      if cells.isEmpty {
        if !line.isEmpty { above = String(line) }
        isInside = false
      } else if !isInside {
        tables.append(Table(columns: cells, above: above, rows: []))
        isInside = true
      } else if !cells[0].hasPrefix("---") {
        tables[tables.count - 1].rows.append(cells)
      }
    }
    return tables
  }

  func tables(headed head: String) -> [Table] { tables.filter { $0.columns[0] == head } }

  private static func cells(of line: Substring) -> [String] {
    guard line.hasPrefix("|") else { return [] }
    // A bar inside a cell is written with a backslash.
    return line.replacing("\\|", with: "\u{0}").split(separator: "|", omittingEmptySubsequences: false)
      .dropFirst().dropLast()
      .map { $0.replacing("\u{0}", with: "|").trimmingCharacters(in: .whitespaces) }
  }

  /// The blocks between fences, by the language that the fence names.
  var blocks: [(language: String, text: String)] {
    text.matches(of: #/(?m)^```(\w*)\n((?:.*\n)*?)```$/#).map { (String($0.1), String($0.2)) }
  }

  /// What stands between backticks, outside of blocks.
  var codes: [String] { Self.codes(in: text.replacing(#/(?m)^```\w*\n(?:.*\n)*?```$/#, with: "")) }

  static func codes(in text: String) -> [String] {
    text.matches(of: #/`([^`]+)`/#).map {
      String($0.1).replacing("\n", with: " ").replacing("\\|", with: "|")
    }
  }

  /// Command lines of the program: in blocks and between backticks, without what the shell keeps to itself.
  var commandLines: [[String]] {
    let lines =
      blocks.flatMap { $0.text.split(separator: "\n").map(String.init) }
      + codes.filter { $0.hasPrefix("p2ptui ") }
    return lines.compactMap { line in
      guard let start = line.firstMatch(of: #/(?:^|[ |])p2ptui (?=[a-z<$-])/#) else { return nil }
      return Self.words(String(line[start.range.upperBound...]))
    }
  }

  /// The words of a shell's line, with a value in place of what stands for one.
  private static func words(_ line: String) -> [String] {
    var line = line
    for (name, value) in [
      ("$((8100 + n))", "8101"), ("$n", "1"), ("$(hostname -f)", "host"), ("$(hostname)", "host"),
      ("<peer_id>", "ann"), ("<host>", "host"), ("<p2p_port>", "8040"), ("<http_port>", "8041"),
      ("[options]", ""),
    ] { line = line.replacing(name, with: value) }
    let end = line.firstIndex { "<>|&#".contains($0) } ?? line.endIndex
    return line[..<end].split(separator: " ").map(String.init).filter { $0 != "2" }
  }
}

@Suite struct ManualFormTests {
  @Test(arguments: Manual.all)
  func `a manual has what these tests look for`(manual: Manual) {
    #expect(!manual.tables(headed: "key").isEmpty)
    #expect(!manual.tables(headed: "option").isEmpty)
    #expect(!manual.commandLines.isEmpty)
  }

  /// `[…](file)`, `[…](#heading)` and `[…](file#heading)`; what lies elsewhere is not asked for.
  @Test(arguments: Manual.all + Manual.others)
  func `links lead somewhere`(manual: Manual) {
    #expect(!manual.text.isEmpty)
    let folder = Repository.root.appending(path: manual.name).deletingLastPathComponent()
    for link in manual.text.matches(of: #/\]\(([^)]+)\)/#).map({ String($0.1) }) where !link.contains("://") {
      let parts = link.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
      let file =
        parts[0].isEmpty ? Repository.root.appending(path: manual.name) : folder.appending(path: parts[0])
      #expect(FileManager.default.fileExists(atPath: file.path), "\(link)")
      guard parts.count > 1 else { continue }
      let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
      #expect(Self.headings(of: text).contains(parts[1]), "\(link)")
    }
  }

  /// The headings of a document as links name them.
  private static func headings(of text: String) -> Set<String> {
    Set(
      text.matches(of: #/(?m)^#+ (.+)$/#).map { heading in
        heading.1.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
          .replacing(" ", with: "-")
      })
  }

  /// What the README says of other programs is what docs/PERFORMANCE.md says that was measured.
  @Test func `the figures of the comparison are those that were measured`() throws {
    let performance = Manual(reading: "docs/PERFORMANCE.md")
    let measured = try #require(performance.tables.first { $0.above.hasPrefix("### 1 GiB from one holder") })
    let comparison = try #require(Manual.readme.tables.first { $0.columns.contains("rtorrent") })
    func row(_ name: String) throws -> [String] {
      try #require(comparison.rows.first { $0[0].hasPrefix(name) })
    }
    let (time, memory, cpu) = (try row("1 GiB"), try row("memory"), try row("CPU"))
    for (column, name) in comparison.columns.enumerated() {
      guard let figures = measured.rows.first(where: { $0[0] == name }) else { continue }
      let (sender, receiver) = (figures[4].split(separator: ", "), figures[5].split(separator: ", "))
      let seconds = [sender, receiver].compactMap { Double($0[0].dropLast(2)) }.reduce(0, +)
      #expect(time[column] == "\(figures[1].prefix { $0 != " " }) s", "\(name)")
      #expect(memory[column].hasPrefix(receiver[1]), "\(name)")
      if name == "p2ptui" { #expect(Manual.readme.text.contains("1 GiB in \(time[column]),")) }
      #expect(cpu[column] == "\((seconds * 10).rounded() / 10) s", "\(name)")
    }
  }

  @Test func `the newest changes are those of this version`() {
    let newest = Manual(reading: "CHANGELOG.md").text.firstMatch(of: #/(?m)^## \[([0-9.]+)\]/#)
    #expect(newest?.1.description == EngineConfiguration.version)
  }

  /// Files by their paths, declarations by their names: what a newcomer would look for in vain.
  @Test(arguments: Manual.others)
  func `what the tour of the code and other documents name is there`(manual: Manual) throws {
    let words = try Self.words(below: ["Sources", "Tests", "Benchmarks", "scripts"])
    for code in manual.codes where code.wholeMatch(of: #/[A-Za-z]+(\.[A-Za-z]+)?(\(.*\))?/#) != nil {
      let names = code.prefix { $0 != "(" }.split(separator: ".").map(String.init)
      guard names[0].first?.isUppercase == true, names[0].contains(where: \.isLowercase) else { continue }
      let missing = names.filter { !words.contains($0) }
      #expect(missing == [], "\(code)")
    }
  }

  /// The words of all sources, and the names of their files and folders.
  private static func words(below folders: [String]) throws -> Set<String> {
    var words: Set<String> = ["Makefile", "make"]
    for folder in folders {
      let root = Repository.root.appending(path: folder)
      for path in FileManager.default.subpaths(atPath: root.path) ?? [] {
        words.formUnion(path.split { "/.".contains($0) }.map(String.init))
        guard path.hasSuffix(".swift") || path.hasSuffix(".py") || !path.contains(".") else { continue }
        guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else {
          continue
        }
        words.formUnion(text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
      }
    }
    return words
  }
}
