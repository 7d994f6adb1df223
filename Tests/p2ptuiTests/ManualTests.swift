import Foundation
import TestSupport
import Testing

@testable import p2ptui

/// The manual's lists are the program's own tables. `UPDATE_GOLDENS` writes them anew, as it draws frames.
@Suite struct ManualTests {
  private static let path = "docs/p2ptui.1"

  @Test func `the manual tells what the program knows`() throws {
    let manual = try Repository.text(Self.path)
    let parts = [
      ("arguments", Self.arguments), ("options", Self.options), ("keys", Self.keys),
      ("commands", Self.commands),
    ]
    let wanted = try parts.reduce(manual) { try Self.replacing($1.0, with: $1.1, in: $0) }
    if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] != nil {
      try Data(wanted.utf8).write(to: Repository.root.appending(path: Self.path))
      return
    }
    for (line, pair) in zip(manual.split(separator: "\n"), wanted.split(separator: "\n")).enumerated() {
      guard pair.0 != pair.1 else { continue }
      Issue.record("docs/p2ptui.1, line \(line + 1): '\(pair.0)' should be '\(pair.1)'. Set UPDATE_GOLDENS")
      return
    }
    #expect(manual == wanted)
  }

  private static func replacing(_ name: String, with part: String, in manual: String) throws -> String {
    let begin = try #require(manual.range(of: ".\\\" begin \(name)\n"))
    let end = try #require(manual.range(of: ".\\\" end \(name)\n"))
    return manual[..<begin.upperBound] + part + manual[end.lowerBound...]
  }

  // MARK: The lists, in mdoc

  private static var arguments: String {
    OptionHelp.all.filter { $0.kind == .positional }
      .map { ".It Ar \(argument($0.valueName))\n\(text($0.text))" }.joined()
  }

  private static var options: String {
    var section = ""
    return OptionHelp.all.filter { $0.kind != .positional && $0.name != "help" }.map { option in
      let heading = option.section == section ? "" : ".El\n.Ss \(option.section)\n.Bl -tag -width Ds\n"
      section = option.section
      let value = option.kind == .flag ? "" : " Ar " + argument(option.valueName)
      return heading + ".It Fl -\(option.name)\(value)\n\(text(option.text))"
    }.joined()
  }

  private static var commands: String {
    CommandName.allCases.map { name in
      let words = name.spec.arguments.split(separator: " ").map { value(String($0)) }.joined(separator: " ")
      return ".It Ic \(name.rawValue)\(words.isEmpty ? "" : " ")\(words)\n\(text(name.spec.help))"
    }.joined()
  }

  /// A part of a command's usage: `[text]`, `<file>`, or words as they are, with bars between choices.
  private static func value(_ word: String) -> String {
    word.split(separator: "|").map { choice in
      let inner = argument(choice.trimmingCharacters(in: CharacterSet(charactersIn: "[]<>…")))
      return switch choice.first {
      case "[": "Op Ar \(inner)"
      case "<": "Ar \(inner)" + (choice.last == "…" ? " ..." : "")
      default: "Cm \(inner)"
      }
    }.joined(separator: " Ns | Ns ")
  }

  private static var keys: String {
    let everywhere = Set(Pane.allCases)
    let panes = [("Everywhere", everywhere)] + Pane.allCases.map { ($0.title, [$0]) }
    return panes.map { title, panes in
      let bindings = KeyTable.standard.filter {
        panes == everywhere ? $0.panes == everywhere : $0.panes != everywhere && panes.isSubset(of: $0.panes)
      }
      return ".Ss \(title)\n.Bl -tag -width \"Tab Right l\"\n" + rows(bindings).joined() + ".El\n"
    }.joined()
  }

  /// Neighbours with the same text share a row, as in the help.
  private static func rows(_ bindings: [Binding]) -> [String] {
    var rest = bindings[...]
    var rows: [String] = []
    while let first = rest.first {
      let row = rest.prefix { $0.text == first.text }
      rest = rest.dropFirst(row.count)
      let keys = row.map { $0.keys.map { argument($0.name) }.joined(separator: " ") }.joined(separator: " , ")
      let names = row.map(\.intent.name).joined(separator: " , ")
      rows.append(".It Ic \(keys)\n\(text(first.text)).Pq Cm \(names)\n")
    }
    return rows
  }

  /// Plain text: sentences begin lines, of 80 characters at most.
  private static func text(_ text: String) -> String {
    let escaped = text.replacing("\\", with: "\\e").replacing("--", with: "\\-\\-")
    let lines = escaped.replacing(/\. (?=[A-Z(])/) { _ in ".\n" }.split(separator: "\n")
      .flatMap { Fit.wrap(String($0), to: 80) }
    return lines.map { ($0.hasPrefix(".") || $0.hasPrefix("'") ? "\\&" : "") + $0 + "\n" }.joined()
  }

  /// A word that is no macro and no punctuation.
  private static func argument(_ word: String) -> String {
    "\\&" + word.replacing("\\", with: "\\e").replacing("-", with: "\\-")
  }
}
