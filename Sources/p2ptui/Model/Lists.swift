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

  func row(_ pane: Pane) -> Int { cursor(pane).row }

  func top(_ pane: Pane) -> Int { cursor(pane).top }

  /// What the selected row of a pane is; `nil` if the list is empty.
  func selection(_ pane: Pane) -> Subject? { count(pane) > 0 ? cursor(pane).selected : nil }

  private func cursor(_ pane: Pane) -> ListCursor { cursors[pane, default: ListCursor()] }

  /// From now on what is selected in a pane stays so.
  mutating func hold(_ pane: Pane) { cursors[pane, default: ListCursor()].hold() }

  mutating func select(_ row: Int, in pane: Pane) {
    guard count(pane) > 0 else { return }
    let row = min(max(0, row), count(pane) - 1)
    cursors[pane, default: ListCursor()].select(row, subject(of: row, in: pane))
    if pane == .log { log.follows = row == count(pane) - 1 }
  }

  /// Goes to a row as people do: what followed by itself follows no longer, and a range of marks comes along.
  mutating func move(to row: Int, in pane: Pane) {
    if pane == .files { files.follows = false }
    hold(pane)
    select(row, in: pane)
    if pane == .files { extendRange() }
  }

  /// Moves what is seen of a list; the selection comes along only as far as it must.
  mutating func scroll(_ pane: Pane, by rows: Int) {
    let height = max(1, layout?.listHeight(pane) ?? 1)
    let top = max(0, min(top(pane) + rows, count(pane) - height))
    // At its end the log is followed again.
    let isAtEnd = pane == .log && top + height >= count(pane)
    move(to: isAtEnd ? count(pane) - 1 : min(max(row(pane), top), top + height - 1), in: pane)
    cursors[pane, default: ListCursor()].scroll(to: top)
  }

  /// The row that stands for something; `nil` if it is not in its list.
  func row(of subject: Subject) -> Int? {
    switch subject {
    case .file(let ref): files.order.row(of: ref)
    case .peer(let handle): peers.rows.firstIndex(of: handle)
    case .log(let seq): log.rows.firstIndex { snapshot.log[$0].seq == seq }
    case .transfer(let number): transfers.rows.firstIndex { snapshot.transfers[$0].number == number }
    }
  }

  /// What a row that is shown is.
  ///
  /// - Parameter row: 0..<count(pane).
  func subject(of row: Int, in pane: Pane) -> Subject {
    switch pane {
    case .files: .file(files.order.ref(row))
    case .peers: .peer(peers.rows[row])
    case .log: .log(snapshot.log[log.rows[row]].seq)
    case .transfers: .transfer(snapshot.transfers[transfers.rows[row]].number)
    }
  }

  /// Makes the rows of the small lists anew.
  ///
  /// - Parameter keepsOrder: peers stay where they are, and new ones come last: a row does not move under the
  ///   finger.
  mutating func collect(keepsOrder: Bool = false) {
    collectPeers(keepsOrder: keepsOrder)
    let lines = snapshot.log
    let words = Self.words(log.filter)
    log.rows = lines.indices.filter {
      lines[$0].level >= log.level && Self.matches(words, lines[$0].text)
    }
    let wanted = Self.words(transfers.filter)
    transfers.rows = snapshot.transfers.indices.filter { Self.matches(wanted, snapshot.transfers[$0]) }
  }

  private mutating func collectPeers(keepsOrder: Bool) {
    let words = Self.words(peers.filter)
    let found = snapshot.peers.filter { Self.matches(words, $0.id.text, $0.endpoint.description) }
    if keepsOrder {
      let left = Set(found.map(\.handle))
      let known = Set(peers.rows)
      peers.rows = peers.rows.filter(left.contains) + found.map(\.handle).filter { !known.contains($0) }
    } else {
      let ordered = found.sorted { peers.descending ? isBefore($1, $0) : isBefore($0, $1) }
      peers.rows = ordered.map(\.handle)
    }
  }

  private func isBefore(_ a: PeerView, _ b: PeerView) -> Bool {
    switch peers.sort {
    case .id: (a.id, a.handle) < (b.id, b.handle)
    case .address:
      (a.endpoint.host, a.endpoint.port, a.handle) < (b.endpoint.host, b.endpoint.port, b.handle)
    case .seen: (b.lastSeen, a.handle) < (a.lastSeen, b.handle)
    case .files: (a.files, a.handle) < (b.files, b.handle)
    case .failures: (a.failures, a.handle) < (b.failures, b.handle)
    case .down: (rate(.down, a), a.handle) < (rate(.down, b), b.handle)
    case .up: (rate(.up, a), a.handle) < (rate(.up, b), b.handle)
    }
  }

  /// Bytes a second from a peer, or to it.
  func rate(_ direction: TransferView.Direction, _ peer: PeerView) -> Double {
    active.reduce(0) { sum, transfer in
      let isIts = transfer.peer == peer.id.text || transfer.peer == peer.endpoint.description
      return isIts && transfer.direction == direction ? sum + transfer.rate : sum
    }
  }

  /// Brings layout and cursors in line with everything that may have changed.
  mutating func settle() {
    layout = Layout(size: size, focus: focus, maximised: maximised, transfers: showsTransfers)
    guard let layout else { return }
    hold(.log)
    if log.follows { select(count(.log) - 1, in: .log) }
    for pane in Pane.allCases {
      var cursor = cursor(pane)
      cursor.settle(
        count: count(pane), height: layout.listHeight(pane), isInView: pane != .transfers || focus == pane,
        rowOf: row(of:), subject: { subject(of: $0, in: pane) })
      cursors[pane] = cursor
    }
  }
}
