/// Which files, in which order: the one implementation behind the files pane, `list` and the HTTP API.
public struct FileQuery: Hashable, Sendable {
  public enum Sort: String, Sendable, CaseIterable { case name, size, owner, time, holders, state }

  /// Words that must all occur in a file's name, owner or id, whatever their case.
  public var text: String
  public var sort: Sort
  public var descending: Bool

  public init(text: String = "", sort: Sort = .name, descending: Bool = false) {
    self.text = text
    self.sort = sort
    self.descending = descending
  }

  /// The slots of the files that match, in order; equals are ordered by id, so that the order is total.
  public func slots(in files: FileTable) -> [FileTable.Slot] {
    let words = text.lowercased().split(separator: " ").map(String.init)
    var found: [(slot: FileTable.Slot, key: Key)] = []
    for (slot, record) in files where words.isEmpty || Self.matches(record, words) {
      found.append((slot, key(for: record)))
    }
    found.sort { descending ? $1.key < $0.key : $0.key < $1.key }
    return found.map(\.slot)
  }

  private static func matches(_ record: FileRecord, _ words: [String]) -> Bool {
    let name = record.entry.name.lowercased()
    let owner = record.entry.owner.lowercased()
    return words.allSatisfy {
      name.contains($0) || owner.contains($0) || record.entry.id.hex.hasPrefix($0)
    }
  }

  private func key(for record: FileRecord) -> Key {
    let id = record.entry.id
    switch sort {
    case .name: return Key(text: record.entry.name.lowercased(), number: 0, id: id)
    case .owner: return Key(text: record.entry.owner.lowercased(), number: 0, id: id)
    case .size: return Key(text: "", number: record.size.map { Double($0) } ?? -1, id: id)
    case .time: return Key(text: "", number: record.entry.timestampSeconds ?? -1, id: id)
    case .holders: return Key(text: "", number: Double(record.holders.count), id: id)
    case .state: return Key(text: record.state.rawValue, number: 0, id: id)
    }
  }

  private struct Key: Comparable {
    let text: String
    let number: Double
    let id: FileID

    static func < (a: Key, b: Key) -> Bool {
      (a.text, a.number, a.id) < (b.text, b.number, b.id)
    }
  }
}
