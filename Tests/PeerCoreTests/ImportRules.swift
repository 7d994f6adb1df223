import Foundation
import TestSupport
import Testing

/// Who may import whom. SwiftPM does not notice an undeclared import in a warm build.
@Suite struct ImportRules {
  @Test func `the core imports nothing but collections`() throws {
    let allowed: Set = ["DequeModule", "HeapModule", "OrderedCollections", "BasicContainers"]
    for source in try Source.all(in: "PeerCore") {
      #expect(source.imports.subtracting(allowed) == [], "\(source.path)")
    }
  }

  @Test func `the engine imports no screen`() throws {
    for source in try Source.all(in: "PeerEngine") {
      #expect(source.imports.isDisjoint(with: ["CNcurses", "p2ptui"]), "\(source.path)")
    }
  }

  @Test func `only the terminal imports ncurses`() throws {
    for source in try Source.all(in: "p2ptui") where !source.path.hasPrefix("Terminal/") {
      #expect(!source.imports.contains("CNcurses"), "\(source.path)")
    }
  }

  @Test(arguments: ["Model", "Input", "Views", "Render"])
  func `the pure parts of the screen import nothing but the core`(part: String) throws {
    let sources = try Source.all(in: "p2ptui/\(part)")
    #expect(!sources.isEmpty)
    for source in sources { #expect(source.imports.subtracting(["PeerCore"]) == [], "\(source.path)") }
  }

  @Test func `what is drawn and decided knows no sockets, disks or servers`() throws {
    let outside: Set = ["NIOCore", "NIOPosix", "GRDB", "Hummingbird", "ServiceLifecycle"]
    for source in try Source.all(in: "p2ptui") {
      #expect(source.imports.isDisjoint(with: outside), "\(source.path)")
    }
  }

  /// Parts of one module can't be kept apart by imports, but by names: a type that is declared in one of
  /// them is not mentioned in another.
  @Test func `network, storage and statistics do not know one another`() throws {
    let parts = ["Network", "Storage", "Stats"]
    let sources = try Dictionary(
      uniqueKeysWithValues: parts.map { ($0, try Source.all(in: "PeerEngine/\($0)")) })
    for part in parts {
      let foreign = Set(parts.filter { $0 != part }.flatMap { sources[$0]!.flatMap(\.declaredTypes) })
      for source in sources[part]! {
        #expect(source.words.isDisjoint(with: foreign), "\(part)/\(source.path)")
      }
    }
  }
}

/// A source file, as far as these rules look at it.
private struct Source {
  /// Below the directory that was asked for.
  let path: String
  private let lines: [Substring]

  static func all(in directory: String) throws -> [Source] {
    let folder = "Sources/\(directory)"
    let paths = try FileManager.default.subpathsOfDirectory(
      atPath: Repository.root.appending(path: folder).path())
    return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      let text = try Repository.text("\(folder)/\(path)")
      return Source(path: path, lines: text.split(separator: "\n"))
    }
  }

  /// The modules named in import declarations, with their submodules cut off.
  var imports: Set<String> {
    let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "typealias"]
    return Set(
      lines.compactMap { line in
        var words = line.split(separator: " ")
        while let first = words.first, first.hasPrefix("@") || Self.accessLevels.contains(first) {
          words.removeFirst()
        }
        guard words.first == "import", words.count > 1 else { return nil }
        words.removeFirst()
        if kinds.contains(words[0]), words.count > 1 { words.removeFirst() }
        return words[0].split(separator: ".").first.map(String.init)
      })
  }

  private static let accessLevels: Set<Substring> = [
    "public", "package", "internal", "fileprivate", "private",
  ]

  /// Types declared at the top of the file, but for those that nobody else can see.
  var declaredTypes: Set<String> {
    let keywords: Set<Substring> = ["struct", "class", "enum", "actor", "protocol", "typealias"]
    return Set(
      lines.compactMap { line in
        guard line.first?.isLetter == true || line.first == "@" else { return nil }
        let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "/" }
        guard let keyword = words.firstIndex(where: keywords.contains), keyword + 1 < words.count,
          !words[..<keyword].contains(where: { ["private", "fileprivate", "extension"].contains($0) })
        else { return nil }
        return String(words[keyword + 1])
      })
  }

  /// Every word outside of line comments.
  var words: Set<String> {
    Set(
      lines.flatMap { line in
        line.components(separatedBy: "//")[0]
          .split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
      })
  }
}
