import PeerCore

// The order of the rows.
extension Model {
  /// By the next column or, with a step of -1, the one before; in the log, the next level.
  mutating func sortByNext(_ step: Int) {
    switch focus {
    case .files: files.query.sort = Self.neighbour(of: files.query.sort, step, in: FilesList.columns)
    case .peers: peers.sort = Self.neighbour(of: peers.sort, step, in: PeersList.Sort.allCases)
    case .log: log.level = Self.neighbour(of: log.level, step, in: LogLevel.allCases)
    case .transfers: break
    }
    collect()
  }

  mutating func reverse() {
    if focus == .files { files.query.descending.toggle() }
    if focus == .peers { peers.descending.toggle() }
    collect()
  }

  /// A click on a column's head: sorts by it, or the other way round if that is so already.
  mutating func sort(_ pane: Pane, byColumn column: Int) {
    focus = pane
    switch pane {
    case .files:
      let sort = FilesList.columns[column]
      files.query.descending = sort == files.query.sort && !files.query.descending
      files.query.sort = sort
    case .peers:
      let sort = PeersList.Sort.allCases[column]
      peers.descending = sort == peers.sort && !peers.descending
      peers.sort = sort
    case .log, .transfers: break
    }
    collect()
  }

  private static func neighbour<Value: Equatable>(of value: Value, _ step: Int, in all: [Value]) -> Value {
    let index = all.firstIndex(of: value) ?? 0
    return all[(index + step + all.count) % all.count]
  }
}
