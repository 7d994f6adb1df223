import Foundation
import PeerCore

extension Commands {
  /// Candidates offered at once: more than a screen shows, and few enough to be made in a moment.
  static let completions = 100

  /// Entries of a directory offered at once.
  static let entries = 2000

  func complete(_ line: String, cursor: Int, browses: Bool = false) async -> Completions {
    let typed = String(line.prefix(max(0, cursor)))
    var (words, open) = CommandWord.scan(typed)
    let end = typed.count
    // Behind a space that no quote or backslash keeps, a new word begins.
    let current = words.last.flatMap { $0.range.upperBound == end || open != nil ? $0 : nil }
    if current != nil { words.removeLast() }
    let word = current ?? CommandWord(range: end..<end)
    let range = word.range.lowerBound..<end
    guard let first = words.first else {
      return Completions(range: range, candidates: names(beginningWith: word.text))
    }
    if CommandName(rawValue: first.text.lowercased())?.spec.argument == .paths {
      return paths(word, range: range, browses: browses)
    }
    return Completions(range: range, candidates: arguments(for: first.text, after: words.count - 1, word))
  }

  private func names(beginningWith prefix: String) -> [Candidate] {
    CommandName.allCases.map(\.rawValue).filter { $0.hasPrefix(prefix.lowercased()) }.map { Candidate($0) }
  }

  private func arguments(for command: String, after count: Int, _ word: CommandWord) -> [Candidate] {
    guard let spec = CommandName(rawValue: command.lowercased())?.spec else { return [] }
    switch spec.argument {
    case .file(let kind) where count == 0: return files(kind, word)
    case .files(let kind): return files(kind, word)
    case .fileAndWord(let kind, _) where count == 0: return files(kind, word)
    case .fileAndWord(_, let words) where count == 1:
      return words.filter { $0.hasPrefix(word.text.lowercased()) }.map { Candidate($0) }
    case .wordAndValue(let words, _) where count == 0:
      return words.filter { $0.hasPrefix(word.text.lowercased()) }.map { Candidate($0) }
    case .endpoint where count == 0:
      let all = client.snapshot.peers.map(\.endpoint.description)
      return all.filter { $0.hasPrefix(word.text) }.sorted().prefix(Self.completions).map { Candidate($0) }
    case .command where count == 0: return names(beginningWith: word.text)
    default: return []
    }
  }

  /// Names that begin with the word, then short ids if it can be the beginning of an id. A name that several
  /// files have is of no use, so their ids stand for it.
  private func files(_ kind: CommandSpec.FileKind, _ word: CommandWord) -> [Candidate] {
    var named: [String: [FileID]] = [:]
    var ids: [FileID] = []
    let range = FileReference.idRange(prefix: word.text, least: 1)
    for match in matches(kind) where named.count + ids.count < Self.completions {
      if match.name.hasPrefix(word.text), !match.name.isEmpty {
        named[match.name, default: []].append(match.id)
      } else if let range, range.contains(match.id) {
        ids.append(match.id)
      }
    }
    let names = named.filter { $0.value.count == 1 }.keys.sorted()
    let shared = named.values.filter { $0.count > 1 }.flatMap { $0 }
    let shortest = max(8, word.text.count)
    return names.map { Candidate(CommandWord.quoted($0, with: word.quote)) }
      + (shared + ids).sorted().map { Candidate(shortest > 8 ? $0.hex : $0.short) }
  }

  private func matches(_ kind: CommandSpec.FileKind) -> any Sequence<FileReference.Match> {
    let snapshot = client.snapshot
    switch kind {
    case .inTransfer:
      return snapshot.transfers.filter { $0.direction == .down && $0.state != .done }.map {
        FileReference.Match(id: $0.file, name: Visible.text($0.fileName), owner: "")
      }
    case .local:
      return snapshot.files.lazy.filter { $0.record.copy != nil }.map { FileReference.Match($0.record) }
    case .missing:
      return snapshot.files.lazy.filter { $0.record.copy == nil }.map { FileReference.Match($0.record) }
    }
  }

  /// Entries of the directory that the word names so far, directories first; those end with `/`.
  private func paths(_ word: CommandWord, range: Range<Int>, browses: Bool) -> Completions {
    if word.hasTilde, word.text == "~" { return Completions(range: range, candidates: ["~/"]) }
    let slash = word.text.lastIndex(of: "/").map { word.text.index(after: $0) } ?? word.text.startIndex
    let (parent, prefix) = (String(word.text[..<slash]), word.text[slash...])
    let directory = absolutePath(parent, hasTilde: word.hasTilde)
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
      .filter { $0.hasPrefix(prefix) && ($0.first != "." || prefix.first == ".") }.sorted()
    var entries = names.prefix(Self.entries).map { entry(parent, $0, in: directory, word) }
    entries = entries.filter(\.isDirectory) + entries.filter { !$0.isDirectory }
    if browses, prefix.isEmpty, directory != "/" {
      let up = CommandWord.quoted(
        Self.above(parent), with: word.quote, isOpen: true, keepsTilde: word.hasTilde)
      entries.insert(Candidate(up, label: "..", isDirectory: true), at: 0)
    }
    return Completions(range: range, candidates: entries, place: Visible.text(directory))
  }

  private func entry(_ parent: String, _ name: String, in directory: String, _ word: CommandWord) -> Candidate
  {
    var status = stat()
    let isKnown = stat("\(directory)/\(name)", &status) == 0
    let isDirectory = isKnown && status.st_mode & S_IFMT == S_IFDIR
    let text = CommandWord.quoted(
      parent + name + (isDirectory ? "/" : ""), with: word.quote, isOpen: isDirectory,
      keepsTilde: word.hasTilde)
    let size = isKnown && !isDirectory ? Units.bytes(UInt64(max(0, status.st_size))) : ""
    return Candidate(
      text, label: Visible.text(name) + (isDirectory ? "/" : ""), note: size, isDirectory: isDirectory)
  }

  /// The directory above one that ends with `/`; empty is the working directory.
  private static func above(_ directory: String) -> String {
    let last = directory.split(separator: "/").last
    guard let last, last != "..", last != ".", last != "~" else { return directory + "../" }
    return String(directory.dropLast(last.count + 1))
  }
}
