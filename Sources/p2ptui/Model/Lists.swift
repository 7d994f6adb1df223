import PeerCore

// The rows of the panes: what they hold, which one is selected, and moving among them.
extension Model {
  func count(_ pane: Pane) -> Int {
    switch pane {
    case .files: files.order.count
    case .peers: peers.rows.count
    case .log: log.rows.count
    case .transfers: transfers.rows.count
    }
  }

  func row(_ pane: Pane) -> Int {
    switch pane {
    case .files: files.cursor.row
    case .peers: peers.cursor.row
    case .log: log.cursor.row
    case .transfers: transfers.cursor.row
    }
  }

  func top(_ pane: Pane) -> Int {
    switch pane {
    case .files: files.cursor.top
    case .peers: peers.cursor.top
    case .log: log.cursor.top
    case .transfers: transfers.cursor.top
    }
  }

  mutating func select(_ row: Int, in pane: Pane) {
    let count = count(pane)
    switch pane {
    case .files: files.cursor.select(row, of: count) { [order = files.order] in order.ref($0) }
    case .peers: peers.cursor.select(row, of: count) { [rows = peers.rows] in rows[$0] }
    case .log:
      log.cursor.select(row, of: count) { [rows = log.rows, snapshot] in snapshot.log[rows[$0]].seq }
      log.follows = log.cursor.row >= count - 1
    case .transfers:
      transfers.cursor.select(row, of: count) { [rows = transfers.rows, snapshot] in
        snapshot.transfers[rows[$0]].number
      }
    }
  }

  /// What the selected row of a pane is; `nil` if the list is empty.
  func selection(_ pane: Pane) -> Subject? {
    guard count(pane) > 0 else { return nil }
    switch pane {
    case .files: return files.cursor.selected.map(Subject.file)
    case .peers: return peers.cursor.selected.map(Subject.peer)
    case .log: return log.cursor.selected.map(Subject.log)
    case .transfers: return transfers.cursor.selected.map(Subject.transfer)
    }
  }

  func filter(_ pane: Pane) -> String {
    switch pane {
    case .files: files.query.text
    case .peers: peers.filter
    case .log: log.filter
    case .transfers: transfers.filter
    }
  }

  mutating func setFilter(_ text: String, of pane: Pane) {
    switch pane {
    case .files: files.query.text = text
    case .peers: peers.filter = text
    case .log: log.filter = text
    case .transfers: transfers.filter = text
    }
    collect()
  }

  /// Makes the rows of the small lists anew.
  mutating func collect() {
    collectPeers()
    let lines = snapshot.log
    let words = Self.words(log.filter)
    log.rows = lines.indices.filter {
      lines[$0].level >= log.level && Self.matches(words, lines[$0].text)
    }
    let wanted = Self.words(transfers.filter)
    transfers.rows = snapshot.transfers.indices.filter {
      let transfer = snapshot.transfers[$0]
      return Self.matches(wanted, transfer.fileName, transfer.peer ?? "", transfer.file.hex)
    }
  }

  private mutating func collectPeers() {
    let words = Self.words(peers.filter)
    var found = snapshot.peers.filter { Self.matches(words, $0.id.text, $0.endpoint.description) }
    let isBefore: (PeerView, PeerView) -> Bool =
      switch peers.sort {
      case .id: { ($0.id, $0.handle) < ($1.id, $1.handle) }
      case .address:
        { ($0.endpoint.host, $0.endpoint.port, $0.handle) < ($1.endpoint.host, $1.endpoint.port, $1.handle) }
      case .seen: { ($1.lastSeen, $0.handle) < ($0.lastSeen, $1.handle) }
      case .files: { ($0.files, $0.handle) < ($1.files, $1.handle) }
      case .failures: { ($0.failures, $0.handle) < ($1.failures, $1.handle) }
      }
    found.sort { peers.descending ? isBefore($1, $0) : isBefore($0, $1) }
    peers.rows = found.map(\.handle)
  }

  private static func words(_ text: String) -> [String] {
    text.lowercased().split(separator: " ").map(String.init)
  }

  private static func matches(_ words: [String], _ texts: String...) -> Bool {
    guard !words.isEmpty else { return true }
    let lowered = texts.map { $0.lowercased() }
    return words.allSatisfy { word in lowered.contains { $0.contains(word) } }
  }

  /// Brings layout and cursors in line with everything that may have changed.
  mutating func settle() {
    layout = Layout(size: size, focus: focus, maximised: maximised, transfers: showsTransfers)
    guard let layout else { return }
    let order = files.order
    files.cursor.settle(
      count: order.count, height: layout.listHeight(.files), rowOf: order.row(of:), id: order.ref)
    let handles = peers.rows
    peers.cursor.settle(
      count: handles.count, height: layout.listHeight(.peers),
      rowOf: { handles.firstIndex(of: $0) }, id: { handles[$0] })
    settleLog(height: layout.listHeight(.log))
    let (views, shown) = (snapshot.transfers, transfers.rows)
    transfers.cursor.settle(
      count: shown.count, height: layout.listHeight(.transfers),
      rowOf: { number in shown.firstIndex { views[$0].number == number } },
      id: { views[shown[$0]].number })
  }

  private mutating func settleLog(height: Int) {
    let (lines, rows) = (snapshot.log, log.rows)
    log.cursor.hold()
    if log.follows {
      log.cursor.select(rows.count - 1, of: rows.count) { lines[rows[$0]].seq }
    }
    log.cursor.settle(
      count: rows.count, height: height,
      rowOf: { seq in rows.firstIndex { lines[$0].seq == seq } }, id: { lines[rows[$0]].seq })
  }
}
