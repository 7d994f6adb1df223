import PeerCore

/// Everything known of one row: in its own pane where there is room, and over the panes on Enter.
enum DetailsView {
  static func draw(_ model: Model, in rect: Rect, on frame: inout Frame) {
    let (head, body) = rect.splitRows(1)
    PaneView.rule("Details", [], isFocused: false, symbols: model.symbols, in: head, on: &frame)
    guard let subject = model.selection(model.focus) else { return }
    let lines = lines(subject, model, width: rect.width - 3)
    for (index, line) in lines.prefix(body.height).enumerated() {
      frame.put(line, x: rect.x + 2, y: body.y + index, width: rect.width - 3)
    }
  }

  static func title(_ subject: Subject) -> String {
    switch subject {
    case .file: "File"
    case .peer: "Peer"
    case .log: "Log line"
    case .transfer: "Transfer"
    }
  }

  static func lines(_ subject: Subject, _ model: Model, width: Int) -> [[Span]] {
    let fields: [(String, [Span])] =
      switch subject {
      case .file(let ref): model.snapshot.file(ref).map { file($0, model) } ?? gone
      case .peer(let handle): model.snapshot.peer(handle).map { peer($0, model) } ?? gone
      case .transfer(let number): model.transfer(number).map { transfer($0, model) } ?? gone
      case .log(let seq): model.snapshot.log.first { $0.seq == seq }.map { entry($0, model) } ?? gone
      }
    return fields.flatMap { field($0.0, $0.1, width: width) }
  }

  private static let gone = [("", [Span("It is not there any longer.", .dim)])]
  private static let nameWidth = 10

  /// A name and its value, which goes on below itself where it is long.
  private static func field(_ name: String, _ value: [Span], width: Int) -> [[Span]] {
    let label = Span(Fit.pad(name, to: nameWidth, ellipsis: ""), .dim)
    let blank = Span(String(repeating: " ", count: nameWidth))
    guard value.count == 1, let only = value.first else { return [[label] + value] }
    return Fit.wrap(only.text, to: max(8, width - nameWidth)).enumerated().map { index, line in
      [index == 0 ? label : blank, Span(line, only.role)]
    }
  }

  private static func file(_ record: FileRecord, _ model: Model) -> [(String, [Span])] {
    let entry = record.entry
    let isOwn = entry.owner == model.snapshot.me.peerID.text
    var size =
      record.size.map { "\(Units.bytes($0)) (\(Units.count(Int(clamping: $0))) bytes)" } ?? "unknown"
    if record.copy == nil, record.size != nil { size += ", as told" }
    var date = Visible.text(entry.timestamp.text, limit: 100)
    if let seconds = entry.timestampSeconds {
      date = Format.date(seconds: seconds, utcOffset: model.utcOffset) + " (\(date))"
    }
    let owner =
      entry.owner.isEmpty ? "nobody" : Visible.text(entry.owner, limit: 256) + (isOwn ? " (you)" : "")
    var fields: [(String, [Span])] = [
      ("name", [Span(Views.name(entry), .strong)]),
      ("state", FilesView.state(record, model)),
      ("size", [Span(size)]),
      ("owner", [Span(owner)]),
      ("time", [Span(date)]),
      ("id", [Span(entry.id.hex)]),
    ]
    if let copy = record.copy {
      fields.append(("verified", [Span("yes: SHA-256 of content and time is the id")]))
      fields.append(("path", [Span(Visible.text(model.snapshot.me.filesPath + "/" + copy.storedName))]))
    } else {
      fields.append(("verified", [Span("not yet; before a copy is kept, its SHA-256 must be the id", .dim)]))
    }
    if let transfer = model.downloads[entry.id] { fields += attempts(transfer) }
    let holders = record.holders.compactMap(model.snapshot.peer).map {
      "\(Visible.text($0.id.text, limit: 128)) (\(Visible.text($0.endpoint.description, limit: 128)))"
    }
    fields.append(("holders", [Span(holders.isEmpty ? "none" : Units.count(holders.count))]))
    return fields + holders.map { ("", [Span($0, .dim)]) }
  }

  private static func peer(_ peer: PeerView, _ model: Model) -> [(String, [Span])] {
    let age = max(0, model.uptime - peer.lastSeen) / 1000
    let key = model.keys.keyName(of: .showFiles)
    let files = [Span(Units.count(peer.files)), Span(key.map { "  \($0) shows them" } ?? "", .dim)]
    return [
      ("peer", [Span(Visible.text(peer.id.text), .strong)]),
      ("address", [Span(Visible.text(peer.endpoint.description))]),
      ("seen", [Span(age < 1 ? "now" : "\(Format.age(seconds: age)) ago")]),
      ("files", files),
      ("failures", [Span(peer.failures == 0 ? "none" : "\(peer.failures) in a row")]),
      ("down", [Span(Units.rate(model.rate(.down, peer)))]),
      ("up", [Span(Units.rate(model.rate(.up, peer)))]),
    ]
  }

  private static func transfer(_ transfer: TransferView, _ model: Model) -> [(String, [Span])] {
    let bytes = Units.bytes(transfer.bytes) + (transfer.total.map { " of \(Units.bytes($0))" } ?? "")
    var fields: [(String, [Span])] = [
      ("file", [Span(Visible.text(transfer.fileName, limit: 512), .strong)]),
      ("direction", [Span(transfer.direction == .down ? "download" : "upload")]),
      ("state", FilesView.progress(transfer, width: 14, symbols: model.symbols)),
      ("bytes", [Span(bytes)]),
    ]
    if transfer.state == .active { fields.append(("rate", [Span(Units.rate(transfer.rate))])) }
    if let left = transfer.secondsLeft { fields.append(("left", [Span(Format.duration(seconds: left))])) }
    return fields + [("id", [Span(transfer.file.hex)])] + attempts(transfer)
  }

  private static func attempts(_ transfer: TransferView) -> [(String, [Span])] {
    var fields: [(String, [Span])] = []
    if let peer = transfer.peer { fields.append(("from", [Span(Visible.text(peer))])) }
    if transfer.direction == .up, !fields.isEmpty { fields[0].0 = "to" }
    if transfer.holders > 1 { fields.append(("holders", [Span("\(transfer.holders) at once")])) }
    if transfer.priority != .normal { fields.append(("priority", [Span(transfer.priority.rawValue)])) }
    if transfer.tries > 0 { fields.append(("tries", [Span("\(transfer.tries)")])) }
    if let error = transfer.error { fields.append(("error", [Span(Visible.text(error), .error)])) }
    return fields
  }

  private static func entry(_ entry: LogEntry, _ model: Model) -> [(String, [Span])] {
    [
      ("time", [Span(Format.date(seconds: Double(entry.time) / 1000, utcOffset: model.utcOffset))]),
      ("level", [Span(entry.level.rawValue, LogView.level(entry.level).role)]),
      ("text", [Span(Visible.text(entry.text))]),
    ]
  }
}
