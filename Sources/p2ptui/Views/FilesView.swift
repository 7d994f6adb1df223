import PeerCore

/// The files pane: state, name, size, holders, age, owner, short id; less important columns drop first.
enum FilesView {
  private static let columns = FilesList.columns.map(column)
  /// The one that takes the room that is left.
  private static let name = FilesList.columns.firstIndex(of: .name)!

  private static func column(_ sort: FileQuery.Sort) -> Column {
    switch sort {
    case .state: Column(head: "STATE", width: 11, comfort: 10)
    case .name: Column(head: "NAME", width: 0, comfort: 0)
    case .size: Column(head: "SIZE", width: 8, right: true, comfort: 12)
    case .holders: Column(head: "HELD", width: 5, right: true, comfort: 18)
    case .time: Column(head: "AGE", width: 4, right: true, comfort: 22)
    case .owner: Column(head: "OWNER", width: 12, comfort: 26)
    case .id: Column(head: "ID", width: 8, comfort: 30)
    }
  }

  static func draw(_ model: Model, in rect: Rect, on frame: inout Frame) {
    let (head, body) = rect.splitRows(1)
    // Two columns at the left are for the mark; one at the right keeps off what stands beside.
    let columns = Columns(Self.columns, flexible: name, width: rect.width - 3)
    let query = model.files.query
    columns.drawHeads(
      of: .files, x: head.x + 2, y: head.y, sorted: FilesList.columns.firstIndex(of: query.sort),
      descending: query.descending, symbols: model.symbols, on: &frame)
    guard model.files.order.count > 0 else {
      let text =
        model.snapshot.files.count > 0 && !query.text.isEmpty
        ? PaneView.noMatch("file", in: .files, of: model)
        : "No files yet. \(model.keys.keyName(of: .push) ?? model.keys.typed("push")) shares one; "
          + "others appear when peers tell of them."
      return PaneView.empty(text, in: body, symbols: model.symbols, on: &frame)
    }
    let deleting = Set(model.pendingDeletes.flatMap(\.files))
    let sought = FileFilter(model.sought(.files), peers: [])
    PaneView.rows(.files, of: model, in: body, on: &frame) { row, y, whole, frame in
      let ref = model.files.order.ref(row)
      if model.files.marks.contains(ref) {
        frame.put(model.symbols.mark, x: rect.x, y: y, role: whole ?? .marked)
      }
      // A file that went since the order was made keeps its row until the next one.
      let live = model.snapshot.file(ref)
      guard let record = live ?? model.files.order.files[ref.slot] else { return }
      columns.drawRow(
        x: rect.x + 2, y: y, whole: whole ?? (live == nil ? .dim : nil), symbols: model.symbols, on: &frame
      ) { index, width in
        let sort = FilesList.columns[index]
        if sort == .state, deleting.contains(ref) {
          return [Span("\(model.symbols.failed) deleting", .warning)]
        }
        if sort == .state, live == nil { return [Span("\(model.symbols.gone) gone", .dim)] }
        return cell(sort, record, sought, model)
      }
    }
  }

  private static func cell(
    _ sort: FileQuery.Sort, _ record: FileRecord, _ sought: FileFilter, _ model: Model
  ) -> [Span] {
    let entry = record.entry
    let none = model.symbols.gone
    switch sort {
    case .state: return state(record, model)
    case .name: return Highlight.spans(Views.name(entry), .text, words: sought.texts(in: .name))
    case .size: return [Span(record.size.map(Units.bytes) ?? none, .dim)]
    case .holders: return [Span(record.holders.isEmpty ? none : "\(record.holders.count)", .dim)]
    case .time:
      let age = entry.timestampSeconds.map { Int64(Double(model.wall) / 1000 - max(-1e12, min(1e12, $0))) }
      return [Span(age.map(Format.age) ?? none, .dim)]
    case .owner:
      let isOwn = entry.owner == model.snapshot.me.peerID.text
      let owner = entry.owner.isEmpty ? none : Visible.text(entry.owner, limit: 128)
      return Highlight.spans(owner, isOwn ? .text : .dim, words: sought.texts(in: .owner))
    case .id:
      return Highlight.spans(entry.id.short, .dim, words: sought.texts(in: .id), atStart: true)
    }
  }

  /// A mark and a word, or a bar of what is there; at most 11 columns.
  static func state(_ record: FileRecord, _ model: Model) -> [Span] {
    let symbols = model.symbols
    switch record.state {
    case .local: return [Span("\(symbols.here) here", .here)]
    case .remote: return [Span("\(symbols.remote) remote", .remote)]
    case .failed: return [Span("\(symbols.failed) failed", .failed)]
    case .unavailable: return [Span("\(symbols.gone) no holder", .unavailable)]
    case .fetching:
      guard let transfer = model.downloads[record.entry.id] else {
        return [Span("\(symbols.queued) queued", .fetching)]
      }
      return progress(transfer, width: 11, symbols: symbols)
    }
  }

  /// A bar and a percentage while bytes come; otherwise a mark and a word.
  static func progress(_ transfer: TransferView, width: Int, symbols: Symbols) -> [Span] {
    switch transfer.state {
    case .queued where transfer.retryAt != nil: return [Span("\(symbols.queued) waiting", .fetching)]
    case .queued: return [Span("\(symbols.queued) queued", .fetching)]
    case .verifying: return [Span("\(symbols.verifying) verify", .fetching)]
    case .paused: return [Span("\(symbols.paused) paused", .warning)]
    case .failed: return [Span("\(symbols.failed) failed", .failed)]
    case .done: return [Span("\(symbols.done) done", .here)]
    case .active:
      guard let total = transfer.total, total > 0, let percent = transfer.percent else {
        return [Span(Fit.pad(Units.bytes(transfer.bytes), to: width, right: true, ellipsis: ""), .fetching)]
      }
      let bar = symbols.bar(Double(transfer.bytes) / Double(total), width: width - 5)
      return [
        Span(bar.full, .bar), Span(bar.rest, .barRest),
        Span(Fit.pad("\(percent)%", to: 5, right: true, ellipsis: ""), .fetching),
      ]
    }
  }
}
