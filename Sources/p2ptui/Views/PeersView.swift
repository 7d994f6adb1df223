import PeerCore

/// The peers pane: id, when it was last heard from, files, rates, failures, address.
enum PeersView {
  private static let columns = [
    Column(head: "PEER", width: 0, comfort: 0),
    Column(head: "SEEN", width: 5, right: true, comfort: 10),
    Column(head: "FILES", width: 7, right: true, comfort: 12),
    Column(head: "ADDRESS", width: 24, comfort: 14),
    Column(head: "FAILED", width: 7, right: true, comfort: 15),
    Column(head: "DOWN", width: 10, right: true, comfort: 16),
    Column(head: "UP", width: 10, right: true, comfort: 16),
  ]

  private static func sorted(_ sort: PeersList.Sort) -> Int {
    switch sort {
    case .id: 0
    case .seen: 1
    case .files: 2
    case .address: 3
    case .failures: 4
    }
  }

  static func draw(_ model: Model, in rect: Rect, on frame: inout Frame) {
    let (head, body) = rect.splitRows(1)
    let columns = Columns(Self.columns, flexible: 0, width: rect.width - 3)
    columns.drawHeads(
      x: head.x + 2, y: head.y, sorted: sorted(model.peers.sort), descending: model.peers.descending,
      symbols: model.symbols, on: &frame)
    guard !model.peers.rows.isEmpty else {
      let text =
        model.snapshot.peers.isEmpty ? "No peers yet. :gossip HOST:PORT greets one." : "No peer matches."
      return PaneView.empty(text, in: body, symbols: model.symbols, on: &frame)
    }
    PaneView.rows(.peers, of: model, in: body, on: &frame) { row, y, whole, frame in
      guard let peer = model.snapshot.peer(model.peers.rows[row]) else { return }
      columns.drawRow(x: rect.x + 2, y: y, whole: whole, symbols: model.symbols, on: &frame) { index, _ in
        [cell(index, peer, model)]
      }
    }
  }

  private static func cell(_ index: Int, _ peer: PeerView, _ model: Model) -> Span {
    switch index {
    case 0: return Span(Visible.text(peer.id.text, limit: 128))
    case 1:
      let seconds = max(0, model.uptime - peer.lastSeen) / 1000
      return Span(Format.age(seconds: seconds), age(seconds))
    case 2: return Span(Format.count(peer.files), .dim)
    case 3: return Span(Visible.text(peer.endpoint.description, limit: 128), .dim)
    case 4:
      return Span(
        peer.failures == 0 ? model.symbols.gone : "\(peer.failures)", peer.failures == 0 ? .dim : .warning)
    default: return Span(rate(index == 5 ? .down : .up, peer, model), .dim)
    }
  }

  /// Towards the usual 60 s without a word, after which a peer is dropped.
  private static func age(_ seconds: Int64) -> Role {
    seconds < 35 ? .here : seconds < 50 ? .warning : .error
  }

  private static func rate(_ direction: TransferView.Direction, _ peer: PeerView, _ model: Model) -> String {
    let its = model.active.filter {
      $0.direction == direction && ($0.peer == peer.id.text || $0.peer == peer.endpoint.description)
    }
    let rate = its.reduce(0) { $0 + $1.rate }
    return rate > 0 ? Format.rate(rate) : model.symbols.gone
  }
}
