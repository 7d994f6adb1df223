import PeerCore

/// What all panes have: a rule with name and state, and rows below it.
enum PaneView {
  static func draw(_ pane: Pane, of model: Model, in rect: Rect, on frame: inout Frame) {
    let (head, body) = rect.splitRows(1)
    let isFocused = pane == model.focus
    frame.mark(rect, .pane(pane))
    rule(
      "\(pane.number) \(pane.title)", info(pane, model, width: rect.width), others: others(pane, model),
      isFocused: isFocused,
      symbols: model.symbols, in: head, on: &frame)
    switch pane {
    case .files: FilesView.draw(model, in: body, on: &frame)
    case .peers: PeersView.draw(model, in: body, on: &frame)
    case .log: LogView.draw(model, in: body, on: &frame)
    case .transfers: TransfersView.draw(model, in: body, on: &frame)
    }
    if isFocused { placeCursor(pane, model, rect, on: &frame) }
  }

  /// The panes that this one hides, if it has the whole screen.
  private static func others(_ pane: Pane, _ model: Model) -> [Pane] {
    guard model.layout?.panes.count == 1 else { return [] }
    return Pane.allCases.filter { $0 != pane && ($0 != .transfers || model.showsTransfers) }
  }

  /// A horizontal line with a name at its left and, dim, what is to be known at its right. That of the
  /// focused pane is heavy.
  static func rule(
    _ name: String, _ info: [String], others: [Pane] = [], isFocused: Bool, symbols: Symbols,
    in rect: Rect, on frame: inout Frame
  ) {
    frame.fill(
      rect, isFocused ? symbols.ruleFocused : symbols.rule, role: isFocused ? .ruleFocused : .rule)
    var end = frame.put(
      " \(name) ", x: rect.x + 1, y: rect.y, role: isFocused ? .paneNameFocused : .paneName)
    for other in others {
      let name = " \(other.number) \(other.title) "
      guard end + CellWidth.of(name) + 1 <= rect.x + rect.width * 2 / 3 else { break }
      let start = end + 1
      end = frame.put(name, x: start, y: rect.y, role: .paneName)
      frame.mark(Rect(x: start, y: rect.y, width: end - start, height: 1), .pane(other))
    }
    var parts = info
    func text() -> String { " " + parts.joined(separator: " \(symbols.separator) ") + " " }
    while parts.count > 1, CellWidth.of(text()) > rect.right - end - 2 { parts.removeLast() }
    guard !parts.isEmpty else { return }
    let clipped = Fit.clip(text(), to: max(0, rect.right - end - 2), ellipsis: symbols.ellipsis)
    frame.put(clipped, x: rect.right - 1 - CellWidth.of(clipped), y: rect.y, role: .dim)
  }

  /// Marks that are added up for each frame; the sum of more would be felt.
  private static let addedMarks = 2_000
  /// From this width on there is room for their size.
  private static let sizedMarks = 60

  /// How many files are marked, and how large they are together.
  private static func marked(_ model: Model, width: Int) -> String {
    let marks = model.files.marks
    let text = "\(Units.count(marks.count)) marked"
    guard marks.count <= addedMarks, width >= sizedMarks else { return text }
    let sizes = marks.compactMap { model.snapshot.file($0)?.size }
    return "\(text), \(Units.bytes(sizes.reduce(0, Units.sum)))"
  }

  private static func info(_ pane: Pane, _ model: Model, width: Int) -> [String] {
    let count = model.count(pane)
    var parts = [count == 0 ? "none" : "\(Units.count(model.row(pane) + 1))/\(Units.count(count))"]
    if !model.filter(pane).isEmpty {
      parts.insert("/" + Visible.text(model.filter(pane), limit: 40), at: 0)
    }
    switch pane {
    case .files:
      if !model.files.marks.isEmpty { parts.insert(marked(model, width: width), at: 0) }
      if model.files.range != nil { parts.insert("marking", at: 0) }
      if model.files.follows { parts.insert("following", at: 0) }
      parts.append("by \(model.files.query.sort.rawValue)")
    case .peers: parts.append("by \(model.peers.sort.rawValue)")
    case .log:
      if model.log.level > .debug { parts.insert("\(model.log.level.rawValue) and worse", at: 0) }
      if !model.log.follows { parts.insert("paused", at: 0) }
    case .transfers:
      let (symbols, snapshot) = (model.symbols, model.snapshot)
      let limits = [(symbols.down, snapshot.limitDown), (symbols.up, snapshot.limitUp)]
      for case (let arrow, let limit?) in limits { parts.append("\(arrow) at most \(Units.bytes(limit))/s") }
    }
    return parts
  }

  /// The hardware cursor sits on the selected row, for braille lines and screen readers.
  private static func placeCursor(_ pane: Pane, _ model: Model, _ rect: Rect, on frame: inout Frame) {
    guard let layout = model.layout, model.count(pane) > 0 else { return }
    let line = model.row(pane) - model.top(pane)
    guard line >= 0, line < layout.listHeight(pane) else { return }
    frame.cursor = Point(x: rect.x, y: rect.bottom - layout.listHeight(pane) + line)
  }

  /// Calls for every visible row, with its line on the screen and the role if the row is selected.
  static func rows(
    _ pane: Pane, of model: Model, in rect: Rect, on frame: inout Frame,
    draw: (_ row: Int, _ y: Int, _ whole: Role?, _ frame: inout Frame) -> Void
  ) {
    let top = model.top(pane)
    let end = min(model.count(pane), top + rect.height)
    for row in top..<max(top, end) {
      let y = rect.y + row - top
      var whole: Role?
      if row == model.row(pane), pane != .log || pane == model.focus {
        let role: Role = pane == model.focus ? .selected : .selectedElsewhere
        frame.fill(Rect(x: rect.x, y: y, width: rect.width, height: 1), role: role)
        whole = role
      }
      frame.mark(
        Rect(x: rect.x, y: y, width: rect.width, height: 1), .row(model.subject(of: row, in: pane)))
      draw(row, y, whole, &frame)
    }
  }

  /// What a pane says whose rows are all filtered away.
  static func noMatch(_ noun: String, in pane: Pane, of model: Model) -> String {
    guard !model.filter(pane).isEmpty, let key = model.keys.keyName(of: .back) else {
      return "No \(noun) matches."
    }
    return "No \(noun) matches; \(key) shows all."
  }

  /// What an empty pane says instead of rows.
  static func empty(_ text: String, in rect: Rect, symbols: Symbols, on frame: inout Frame) {
    guard rect.height > 0 else { return }
    let clipped = Fit.clip(text, to: rect.width - 3, ellipsis: symbols.ellipsis)
    frame.put(clipped, x: rect.x + 2, y: rect.y, role: .dim)
  }
}
