import Foundation
import PeerCore

extension Commands {
  /// Candidates offered at once: more than a screen shows, and few enough to be made in a moment.
  static let completions = 100

  func complete(_ line: String, cursor: Int) async -> Completions {
    let typed = String(line.prefix(max(0, cursor)))
    var (words, open) = CommandWord.scan(typed)
    let end = typed.count
    // Behind a space that no quote or backslash keeps, a new word begins.
    let current = words.last.flatMap { $0.range.upperBound == end || open != nil ? $0 : nil }
    if current != nil { words.removeLast() }
    let word = current ?? CommandWord(range: end..<end)
    let candidates: [String]
    if let first = words.first {
      candidates = arguments(for: first.text, after: words.count - 1, word)
    } else {
      candidates = names(beginningWith: word.text)
    }
    return Completions(range: word.range.lowerBound..<end, candidates: candidates)
  }

  private func names(beginningWith prefix: String) -> [String] {
    CommandName.allCases.map(\.rawValue).filter { $0.hasPrefix(prefix.lowercased()) }
  }

  private func arguments(for command: String, after count: Int, _ word: CommandWord) -> [String] {
    guard let spec = CommandName(rawValue: command.lowercased())?.spec else { return [] }
    switch spec.argument {
    case .paths: return paths(word)
    case .file(let kind) where count == 0: return files(kind, word)
    case .fileAndWord(let kind, _) where count == 0: return files(kind, word)
    case .fileAndWord(_, let words) where count == 1:
      return words.filter { $0.hasPrefix(word.text.lowercased()) }
    case .wordAndValue(let words, _) where count == 0:
      return words.filter { $0.hasPrefix(word.text.lowercased()) }
    case .endpoint where count == 0:
      let all = client.snapshot.peers.map(\.endpoint.description)
      return Array(all.filter { $0.hasPrefix(word.text) }.sorted().prefix(Self.completions))
    case .command where count == 0: return names(beginningWith: word.text)
    default: return []
    }
  }

  /// Names that begin with the word, then short ids if it can be the beginning of an id. A name that several
  /// files have is of no use, so their ids stand for it.
  private func files(_ kind: CommandSpec.FileKind, _ word: CommandWord) -> [String] {
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
    return names.map { CommandWord.quoted($0, with: word.quote) }
      + (shared + ids).sorted().map { shortest > 8 ? $0.hex : $0.short }
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

  /// Entries of the directory that the word names so far; directories end with `/`.
  private func paths(_ word: CommandWord) -> [String] {
    if word.hasTilde, word.text == "~" { return ["~/"] }
    let slash = word.text.lastIndex(of: "/").map { word.text.index(after: $0) } ?? word.text.startIndex
    let (parent, prefix) = (String(word.text[..<slash]), word.text[slash...])
    let directory = absolutePath(parent, hasTilde: word.hasTilde)
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return entries.filter { $0.hasPrefix(prefix) && ($0.first != "." || prefix.first == ".") }
      .sorted().prefix(Self.completions).map { entry in
        var isDirectory: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: "\(directory)/\(entry)", isDirectory: &isDirectory)
        return CommandWord.quoted(
          parent + entry + (isDirectory.boolValue ? "/" : ""), with: word.quote,
          isOpen: isDirectory.boolValue, keepsTilde: word.hasTilde)
      }
  }
}
