import PeerCore

// Filters, and the way from one match to the next.
extension Model {
  func filter(_ pane: Pane) -> String {
    switch pane {
    case .files: files.query.text
    case .peers: peers.filter
    case .log: log.filter
    case .transfers: transfers.filter
    }
  }

  /// What is to stand out in a pane's rows: what filters them or, once `n` has gone to a match, what was
  /// searched for.
  func sought(_ pane: Pane) -> String {
    filter(pane).isEmpty && searches.contains(pane) ? searched[pane] ?? "" : filter(pane)
  }

  mutating func setFilter(_ text: String, of pane: Pane) {
    searches.remove(pane)
    switch pane {
    case .files: files.query.text = text
    case .peers: peers.filter = text
    case .log: log.filter = text
    case .transfers: transfers.filter = text
    }
    collect()
  }

  /// The words of a filter of the small panes; all of them must occur.
  static func words(_ filter: String) -> [String] {
    filter.lowercased().split(separator: " ").map(String.init)
  }

  static func matches(_ words: [String], _ texts: String...) -> Bool {
    words.isEmpty || words.allSatisfy { word in texts.contains { $0.lowercased().contains(word) } }
  }

  /// Goes to the files that the selected peer holds.
  mutating func showFiles() {
    guard case .peer(let handle)? = selection(.peers), let peer = snapshot.peer(handle) else { return }
    let text = Self.filter(for: peer)
    searched[.files] = text
    setFilter(text, of: .files)
    focus = .files
  }

  /// A filter of the files that a peer holds. Names that a filter can't quote are told by their address.
  static func filter(for peer: PeerView) -> String {
    let name = peer.id.text
    if name.isEmpty || name.contains("\"") { return "peer:\(peer.endpoint)" }
    return name.contains(" ") ? "peer:\"\(name)\"" : "peer:\(name)"
  }

  /// Selects the next row that matches what was searched for last, or with a step of -1 the one before; after
  /// the last one comes the first.
  mutating func findMatch(step: Int) {
    let pane = focus
    guard let text = searched[pane], !text.isEmpty else {
      let how = keys.keyName(of: .filter).map { "; \($0) searches" } ?? ""
      say("Nothing was searched for yet\(how).")
      return
    }
    if filter(pane).isEmpty { searches.insert(pane) }
    let count = count(pane)
    let matches = matcher(text, pane)
    let start = row(pane)
    for distance in stride(from: 1, through: count, by: 1) {
      let row = ((start + step * distance) % count + count) % count
      guard matches(row) else { continue }
      move(to: row, in: pane)
      return
    }
    say("No row matches \(Visible.text(text, limit: 80)).")
  }

  /// Whether a row of a pane matches a filter.
  private func matcher(_ text: String, _ pane: Pane) -> (Int) -> Bool {
    // What the filter lets through needs no second look.
    guard filter(pane) != text else { return { _ in true } }
    let words = Self.words(text)
    switch pane {
    case .files:
      let filter = FileFilter(text, peers: snapshot.peers)
      return { [order = files.order] in order.record($0).map(filter.matches) ?? false }
    case .peers:
      return { [rows = peers.rows, snapshot] in
        snapshot.peer(rows[$0]).map { Self.matches(words, $0.id.text, $0.endpoint.description) } ?? false
      }
    case .log: return { [rows = log.rows, snapshot] in Self.matches(words, snapshot.log[rows[$0]].text) }
    case .transfers:
      return { [rows = transfers.rows, snapshot] in Self.matches(words, snapshot.transfers[rows[$0]]) }
    }
  }

  static func matches(_ words: [String], _ transfer: TransferView) -> Bool {
    matches(words, transfer.fileName, transfer.peer ?? "", transfer.file.hex)
  }
}
