import PeerCore

/// The transfers pane: direction, progress, file, rate, time left, peer, tries.
enum TransfersView {
  private static let columns = [
    Column(head: "", width: 1, comfort: 8),
    Column(head: "PROGRESS", width: 12, comfort: 9),
    Column(head: "FILE", width: 0, comfort: 0),
    Column(head: "RATE", width: 10, right: true, comfort: 12),
    Column(head: "LEFT", width: 7, right: true, comfort: 16),
    Column(head: "PEER", width: 12, comfort: 18),
    Column(head: "SIZE", width: 8, right: true, comfort: 22),
    Column(head: "TRIES", width: 5, right: true, comfort: 24),
    Column(head: "PRIORITY", width: 8, comfort: 26),
  ]

  static func draw(_ model: Model, in rect: Rect, on frame: inout Frame) {
    let (head, body) = rect.splitRows(1)
    let columns = Columns(Self.columns, flexible: 2, width: rect.width - 3)
    columns.drawHeads(of: .transfers, x: head.x + 2, y: head.y, symbols: model.symbols, on: &frame)
    guard !model.transfers.rows.isEmpty else {
      let text =
        model.snapshot.transfers.isEmpty
        ? "No transfers. \(model.keys.keyName(of: .fetch) ?? model.keys.typed("get")) among the files begins one."
        : PaneView.noMatch("transfer", in: .transfers, of: model)
      return PaneView.empty(text, in: body, symbols: model.symbols, on: &frame)
    }
    let words = Model.words(model.sought(.transfers))
    PaneView.rows(.transfers, of: model, in: body, on: &frame) { row, y, whole, frame in
      let transfer = model.snapshot.transfers[model.transfers.rows[row]]
      columns.drawRow(x: rect.x + 2, y: y, whole: whole, symbols: model.symbols, on: &frame) {
        cell($0, $1, transfer, words, model)
      }
    }
  }

  private static func cell(
    _ index: Int, _ width: Int, _ transfer: TransferView, _ words: [String], _ model: Model
  ) -> [Span] {
    let symbols = model.symbols
    switch index {
    case 0: return [Span(transfer.direction == .down ? symbols.down : symbols.up, .dim)]
    case 1: return FilesView.progress(transfer, width: width, symbols: symbols)
    case 2: return Highlight.spans(Visible.text(transfer.fileName, limit: 512), .text, words: words)
    case 3: return [Span(transfer.state == .active ? Units.rate(transfer.rate) : "", .dim)]
    case 4:
      if let retryAt = transfer.retryAt, transfer.state == .queued {
        return [Span(Format.duration(seconds: Double(max(0, retryAt - model.uptime)) / 1000), .dim)]
      }
      return [Span(transfer.secondsLeft.map(Format.duration) ?? "", .dim)]
    case 5:
      guard transfer.holders <= 1 else { return [Span("\(transfer.holders) holders", .dim)] }
      return Highlight.spans(Visible.text(transfer.peer ?? "", limit: 128), .dim, words: words)
    case 6: return [Span(transfer.total.map(Units.bytes) ?? "", .dim)]
    case 7: return [Span(transfer.tries > 0 ? "\(transfer.tries)" : "", .dim)]
    default: return [Span(transfer.priority == .normal ? "" : transfer.priority.rawValue, .text)]
    }
  }
}
