/// Which files are wanted, and in which order. The files pane, `list` and the HTTP API all use it.
public struct FileQuery: Hashable, Sendable {
  /// What files can be put in order by.
  public enum Sort: String, Sendable, CaseIterable { case name, size, owner, time, holders, state, id }

  /// The terms of a `FileFilter`.
  public var text: String
  /// What the files are sorted by.
  public var sort: Sort
  /// Whether the order is reversed.
  public var descending: Bool

  public init(text: String = "", sort: Sort = .name, descending: Bool = false) {
    self.text = text
    self.sort = sort
    self.descending = descending
  }

  /// The slots of the files that match, in order. Equals are ordered by their ids, so that the order is total.
  ///
  /// - Parameters:
  ///   - files: all files that there are.
  ///   - peers: the peers that the text may name.
  public func slots(in files: FileTable, peers: [PeerView] = []) -> [FileTable.Slot] {
    let filter = FileFilter(text, peers: peers)
    var found: [(slot: FileTable.Slot, key: Key)] = []
    for (slot, record) in files where filter.isEmpty || filter.matches(record) {
      found.append((slot, key(for: record)))
    }
    found.sort { descending ? $1.key < $0.key : $0.key < $1.key }
    return found.map(\.slot)
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
    case .id: return Key(text: "", number: 0, id: id)
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
