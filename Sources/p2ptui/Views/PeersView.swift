import PeerCore

/// The peers pane: id, when it was last heard from, files, rates, failures, address.
enum PeersView {
  private static let columns = PeersList.Sort.allCases.map(column)

  private static func column(_ sort: PeersList.Sort) -> Column {
    switch sort {
    case .id: Column(head: "PEER", width: 0, comfort: 0)
    case .seen: Column(head: "SEEN", width: 5, right: true, comfort: 10)
    case .files: Column(head: "FILES", width: 7, right: true, comfort: 12)
    case .address: Column(head: "ADDRESS", width: 24, comfort: 14)
    case .failures: Column(head: "FAILED", width: 7, right: true, comfort: 15)
    case .down: Column(head: "DOWN", width: 10, right: true, comfort: 16)
    case .up: Column(head: "UP", width: 10, right: true, comfort: 16)
    }
  }

  static func draw(_ model: Model, in rect: Rect, on frame: inout Frame) {
    let (head, body) = rect.splitRows(1)
    let columns = Columns(Self.columns, flexible: 0, width: rect.width - 3)
    columns.drawHeads(
      of: .peers, x: head.x + 2, y: head.y, sorted: PeersList.Sort.allCases.firstIndex(of: model.peers.sort),
      descending: model.peers.descending, symbols: model.symbols, on: &frame)
    guard !model.peers.rows.isEmpty else {
      let text =
        model.snapshot.peers.isEmpty
        ? "No peers yet. \(model.keys.typed("gossip HOST:PORT")) greets one."
        : PaneView.noMatch("peer", in: .peers, of: model)
      return PaneView.empty(text, in: body, symbols: model.symbols, on: &frame)
    }
    let words = Model.words(model.sought(.peers))
    PaneView.rows(.peers, of: model, in: body, on: &frame) { row, y, whole, frame in
      guard let peer = model.snapshot.peer(model.peers.rows[row]) else { return }
      columns.drawRow(x: rect.x + 2, y: y, whole: whole, symbols: model.symbols, on: &frame) { index, _ in
        switch PeersList.Sort.allCases[index] {
        case .id: Highlight.spans(Visible.text(peer.id.text, limit: 128), .text, words: words)
        case .address:
          Highlight.spans(Visible.text(peer.endpoint.description, limit: 128), .dim, words: words)
        case .seen: [seen(peer, model)]
        case .files: [Span(Units.count(peer.files), .dim)]
        case .failures: [failures(peer, model)]
        case .down: [rate(model.rate(.down, peer), model)]
        case .up: [rate(model.rate(.up, peer), model)]
        }
      }
    }
  }

  private static func failures(_ peer: PeerView, _ model: Model) -> Span {
    peer.failures == 0 ? Span(model.symbols.gone, .dim) : Span("\(peer.failures)", .warning)
  }

  /// How long a peer has been silent. Towards the time after which it is dropped the colour changes, and a mark
  /// says the same.
  private static func seen(_ peer: PeerView, _ model: Model) -> Span {
    let age = max(0, model.uptime - peer.lastSeen)
    let text = Format.age(seconds: age / 1000)
    if age * 10 < model.peerTimeout * 6 { return Span(text, .here) }
    if age * 10 < model.peerTimeout * 8 { return Span(text, .warning) }
    return Span(model.symbols.warning + text, .error)
  }

  private static func rate(_ bytesPerSecond: Double, _ model: Model) -> Span {
    Span(bytesPerSecond > 0 ? Units.rate(bytesPerSecond) : model.symbols.gone, .dim)
  }
}
