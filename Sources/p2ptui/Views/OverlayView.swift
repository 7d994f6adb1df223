import PeerCore

/// Something to read in a box over the panes: help, the output of a command, details.
enum OverlayView {
  static func draw(_ model: Model, on frame: inout Frame) {
    guard let overlay = model.overlay else { return }
    let lines = lines(overlay, model)
    let rect = rect(lines: lines, model)
    let height = rect.height - 2
    let scroll = min(overlay.scroll, max(0, lines.count - height))
    let part =
      lines.count > height ? "\(scroll + 1)-\(min(lines.count, scroll + height)) of \(lines.count), " : ""
    let feet = [part + (part.isEmpty ? "" : "PgDn scrolls, ") + "Esc closes", part + "Esc closes"]
    Box.draw(
      rect, title: title(overlay), foot: feet.first { $0.count <= rect.width - 6 } ?? feet[1],
      symbols: model.symbols, on: &frame)
    for (index, line) in lines.dropFirst(scroll).prefix(height).enumerated() {
      frame.put(line, x: rect.x + 2, y: rect.y + 1 + index, width: rect.width - 4)
    }
    if model.prompt == nil { frame.cursor = Point(x: rect.x + 2, y: rect.y + 1) }
  }

  /// How far down an overlay can go.
  static func mostScroll(_ model: Model) -> Int {
    guard let overlay = model.overlay else { return 0 }
    let lines = lines(overlay, model)
    return max(0, lines.count - (rect(lines: lines, model).height - 2))
  }

  private static func title(_ overlay: Overlay) -> String {
    switch overlay.content {
    case .help: "Keys"
    case .output(let line, _): ":" + Visible.text(line, limit: 40)
    case .details(let subject): DetailsView.title(subject)
    }
  }

  private static func lines(_ overlay: Overlay, _ model: Model) -> [[Span]] {
    let width = model.size.width - 4
    switch overlay.content {
    case .help: return HelpView.lines(model, width: min(width, 132))
    case .output(_, let lines):
      return lines.flatMap { wrapRow(Visible.text($0, limit: 4096), to: width) }.map { [Span($0)] }
    case .details(let subject): return DetailsView.lines(subject, model, width: min(width, 100))
    }
  }

  /// A row of a table goes on below its last column, if that leaves enough room.
  private static func wrapRow(_ text: String, to width: Int) -> [String] {
    guard CellWidth.of(text) > width, let gap = text.indices.last(where: { text[$0...].hasPrefix("  ") })
    else {
      return Fit.wrap(text, to: width)
    }
    let start = text.index(gap, offsetBy: 2)
    let head = String(text[..<start])
    let indent = CellWidth.of(head)
    guard indent <= width * 2 / 3 else { return Fit.wrap(text, to: width) }
    let rest = Fit.wrap(String(text[start...]), to: width - indent)
    return [head + rest[0]] + rest.dropFirst().map { String(repeating: " ", count: indent) + $0 }
  }

  private static func rect(lines: [[Span]], _ model: Model) -> Rect {
    let longest = lines.map(Fit.columns).max() ?? 0
    let width = min(model.size.width, max(36, longest + 4))
    let height = min(model.size.height - 3, lines.count + 2)
    return Box.centred(width: width, height: height, in: model.size)
  }
}

/// A question, in a box over everything.
enum DialogView {
  static func draw(_ model: Model, on frame: inout Frame) {
    guard let dialog = model.dialog else { return }
    let width = min(model.size.width - 4, 64)
    var lines = dialog.lines.map {
      Span(Fit.clip($0, to: width - 4, ellipsis: model.symbols.ellipsis))
    }
    let question = dialog.count.map { "Type \($0) to confirm, Esc to cancel: " } ?? dialog.question + " y/N "
    lines += [Span(""), Span(question + dialog.typed, .strong)]
    let rect = Box.centred(width: width, height: lines.count + 2, in: model.size)
    Box.draw(rect, title: dialog.title, foot: nil, symbols: model.symbols, on: &frame)
    // On a very low screen the question stays, and the first lines go.
    for (index, line) in lines.suffix(rect.height - 2).enumerated() {
      let x = frame.put([line], x: rect.x + 2, y: rect.y + 1 + index, width: rect.width - 4)
      frame.cursor = Point(x: min(x, rect.right - 2), y: rect.y + 1 + index)
    }
    guard dialog.count == nil, let cursor = frame.cursor else { return }
    frame.mark(Rect(x: cursor.x - 4, y: cursor.y, width: 1, height: 1), .key(.character("y")))
    frame.mark(Rect(x: cursor.x - 2, y: cursor.y, width: 1, height: 1), .key(.character("n")))
  }
}

enum Box {
  static func centred(width: Int, height: Int, in size: Size) -> Rect {
    let own = min(height, size.height - 2)
    return Rect(x: (size.width - width) / 2, y: max(1, (size.height - own) / 2), width: width, height: own)
  }

  static func draw(
    _ rect: Rect, title: String, foot: String?, symbols: Symbols, on frame: inout Frame
  ) {
    frame.fill(rect)
    frame.mark(Rect(x: 0, y: 0, width: frame.size.width, height: frame.size.height), .key(.escape))
    frame.mark(rect, .box)
    let line = String(repeating: symbols.rule, count: max(0, rect.width - 2))
    frame.put(symbols.topLeft + line + symbols.topRight, x: rect.x, y: rect.y, role: .box)
    for y in rect.y + 1..<max(rect.y + 1, rect.bottom - 1) {
      frame.put(symbols.vertical, x: rect.x, y: y, role: .box)
      frame.put(symbols.vertical, x: rect.right - 1, y: y, role: .box)
    }
    frame.put(symbols.bottomLeft + line + symbols.bottomRight, x: rect.x, y: rect.bottom - 1, role: .box)
    let name = Fit.clip(title, to: rect.width - 6, ellipsis: symbols.ellipsis)
    frame.put(" \(name) ", x: rect.x + 2, y: rect.y, role: .paneNameFocused)
    if let foot {
      let text = " \(Fit.clip(foot, to: rect.width - 6, ellipsis: symbols.ellipsis)) "
      frame.put(text, x: rect.right - 2 - CellWidth.of(text), y: rect.bottom - 1, role: .dim)
    }
  }
}
