import PeerCore

/// The picture of a model. Each part has its own file; this one puts them together.
enum Views {
  static func frame(_ model: Model) -> Frame {
    var frame = Frame(size: model.size)
    guard let layout = model.layout else {
      tooSmall(&frame)
      return frame
    }
    TitleView.draw(model, in: layout.title, on: &frame)
    if let line = layout.divider {
      frame.fill(line, model.symbols.vertical, role: .rule)
    }
    for pane in Pane.allCases {
      guard let rect = layout.panes[pane] else { continue }
      PaneView.draw(pane, of: model, in: rect, on: &frame)
    }
    if let rect = layout.details { DetailsView.draw(model, in: rect, on: &frame) }
    FootView.draw(model, in: layout.foot, on: &frame)
    if model.overlay != nil { OverlayView.draw(model, on: &frame) }
    if model.dialog != nil { DialogView.draw(model, on: &frame) }
    return frame
  }

  private static func tooSmall(_ frame: inout Frame) {
    let needed = "\(Layout.smallest.width)x\(Layout.smallest.height)"
    let lines = Fit.wrap(
      "The screen is \(frame.size.width)x\(frame.size.height); p2ptui needs \(needed) or more.",
      to: frame.size.width)
    for (y, line) in lines.enumerated() { frame.put(line, x: 0, y: y, role: .warning) }
  }

  /// A file's name as it is shown.
  static func name(_ entry: FileEntry) -> String {
    entry.name.isEmpty ? "(no name)" : Visible.text(entry.name, limit: 512)
  }
}

/// The first line: who and where we are, and how much goes on. Parts drop from the end of their side.
enum TitleView {
  static func draw(_ model: Model, in rect: Rect, on frame: inout Frame) {
    frame.fill(rect, role: .title)
    let me = model.snapshot.me
    let symbols = model.symbols
    let files = Units.count(model.snapshot.files.count, "file")
    let down = "\(symbols.down) \(Units.rate(model.snapshot.rate(.down)))"
    let up = "\(symbols.up) \(Units.rate(model.snapshot.rate(.up)))"
    var right = [
      Units.count(model.snapshot.peers.count, "peer"),
      "\(files), \(Units.count(model.snapshot.filesLocal)) here", down, up,
    ]
    var left = [Visible.text(me.peerID.text, limit: 64), me.endpoint.description]
    if let page = me.pageURL { left.append(page) }
    func width(_ parts: [String]) -> Int { parts.reduce(0) { $0 + CellWidth.of($1) + 3 } }
    // The page's address goes first, then the rates, then our address; the name and the peers stay.
    while width(left) + width(right) + 1 > rect.width, left.count + right.count > 2 {
      if left.count > 2 {
        left.removeLast()
      } else if right.count > 2 {
        right.removeLast()
      } else if left.count > 1 {
        left.removeLast()
      } else {
        right.removeLast()
      }
    }
    let room = rect.width - width(right) - 1
    let name = Fit.clip(left[0], to: room, ellipsis: symbols.ellipsis)
    var x = frame.put(name, x: 1, y: rect.y, role: .titleStrong)
    for part in left.dropFirst() { x = frame.put(part, x: x + 3, y: rect.y, role: .title) }
    frame.put(
      right.joined(separator: "   "), x: rect.right - width(right) + 2, y: rect.y, role: .title)
  }
}
