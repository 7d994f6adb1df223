import PeerCore

/// The log pane: time, level, text; the newest line at the foot.
enum LogView {
  static func draw(_ model: Model, in rect: Rect, on frame: inout Frame) {
    guard !model.log.rows.isEmpty else {
      let text =
        model.snapshot.log.isEmpty
        ? "Nothing has happened yet." : PaneView.noMatch("line", in: .log, of: model)
      return PaneView.empty(text, in: rect, symbols: model.symbols, on: &frame)
    }
    let isWide = rect.width >= 60
    let words = Model.words(model.sought(.log))
    PaneView.rows(.log, of: model, in: rect, on: &frame) { row, y, whole, frame in
      let entry = model.snapshot.log[model.log.rows[row]]
      let (word, role) = level(entry.level)
      var spans = [Span(Format.clock(entry.time, utcOffset: model.utcOffset) + "  ", .dim)]
      // Narrow, only what is out of the ordinary is named.
      if isWide {
        spans.append(Span(word + "  ", role))
      } else if entry.level > .info {
        spans.append(Span(model.symbols.warning + " ", role))
      }
      spans += Highlight.spans(
        Visible.text(entry.text), entry.level > .info ? role : entry.level == .debug ? .dim : .text,
        words: words)
      spans = Fit.clip(spans, to: rect.width - 3, ellipsis: model.symbols.ellipsis)
      if let whole { spans = spans.map { $0.inside(whole) } }
      frame.put(spans, x: rect.x + 2, y: y, width: rect.width - 3)
    }
  }

  static func level(_ level: LogLevel) -> (word: String, role: Role) {
    switch level {
    case .debug: ("debug", .dim)
    case .info: ("info ", .dim)
    case .warning: ("warn ", .warning)
    case .error: ("error", .error)
    }
  }
}
