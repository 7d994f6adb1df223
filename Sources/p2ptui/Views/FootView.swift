import PeerCore

/// The last line: the prompt, or else what can still be undone, a notice, or the keys that fit the focused
/// pane.
enum FootView {
  static func draw(_ model: Model, in rect: Rect, on frame: inout Frame) {
    if let prompt = model.prompt {
      drawPrompt(prompt, model, in: rect, on: &frame)
    } else if model.dialog != nil {
      drawHints(model, in: rect, on: &frame)
    } else if let pending = model.pendingDeletes.last {
      drawPending(pending, model, in: rect, on: &frame)
    } else if let notice = model.notice {
      let mark = notice.isError ? model.symbols.warning + " " : ""
      let text = Fit.clip(
        mark + Visible.text(notice.text), to: rect.width - 2, ellipsis: model.symbols.ellipsis)
      frame.put(text, x: 1, y: rect.y, role: notice.isError ? .noticeError : .notice)
    } else {
      drawHints(model, in: rect, on: &frame)
    }
  }

  private static func drawHints(_ model: Model, in rect: Rect, on frame: inout Frame) {
    let hints = hints(of: model)
    func width(_ hint: (key: Key, label: String)) -> Int {
      CellWidth.of(hint.key.name) + 1 + CellWidth.of(hint.label) + 2
    }
    // The last two, such as help and quit, always have their place.
    let fixed = hints.suffix(2)
    var room = rect.width - 1 - fixed.reduce(0) { $0 + width($1) }
    var shown: [(key: Key, label: String)] = []
    for hint in hints.dropLast(2) where width(hint) <= room {
      shown.append(hint)
      room -= width(hint)
    }
    var x = rect.x + 1
    for hint in shown + fixed {
      let start = x
      x = frame.put(hint.key.name, x: x, y: rect.y, role: .key)
      x = frame.put(" \(hint.label)", x: x, y: rect.y, role: .hint)
      frame.mark(Rect(x: start, y: rect.y, width: x - start, height: 1), .key(hint.key))
      x += 2
    }
  }

  /// The keys of the topmost layer.
  private static func hints(of model: Model) -> [(key: Key, label: String)] {
    if let dialog = model.dialog {
      return dialog.count == nil
        ? [(.character("y"), "yes"), (.character("n"), "no")] : [(.enter, "confirm"), (.escape, "cancel")]
    }
    let panes = model.keys.hints(for: model.focus)
    guard let overlay = model.overlay else { return panes }
    let leave: [(key: Key, label: String)] =
      (OverlayView.mostScroll(model) > 0 ? [(.pageDown, "scroll")] : []) + [(.escape, "close")]
    guard case .details = overlay.content else { return leave }
    let copy = model.keys.key(of: .copyID).map { [(key: $0, label: "copy")] } ?? []
    return copy + panes.filter { Overlay.reading($0.key) == nil } + leave
  }

  private static func drawPending(
    _ pending: PendingDelete, _ model: Model, in rect: Rect, on frame: inout Frame
  ) {
    let seconds = max(1, (pending.due - model.now + 999) / 1000)
    let what =
      pending.files.count == 1
      ? model.snapshot.file(pending.files[0]).map { Views.name($0.entry) } ?? pending.files[0].id.short
      : Units.count(pending.files.count, "file")
    let undo = model.keys.keyName(of: .undo).map { "  \($0) undo" } ?? ""
    let start = "Deleting "
    let end = " in \(seconds) s."
    let room = rect.width - 2 - CellWidth.of(start + end + undo)
    let name = Fit.clip(what, to: room, ellipsis: model.symbols.ellipsis)
    let x = frame.put(start + name + end, x: 1, y: rect.y, role: .warning)
    let undoEnd = frame.put(undo, x: x, y: rect.y, role: .key)
    model.keys.key(of: .undo).map {
      frame.mark(Rect(x: x, y: rect.y, width: undoEnd - x, height: 1), .key($0))
    }
  }

  private static func drawPrompt(
    _ prompt: Prompt, _ model: Model, in rect: Rect, on frame: inout Frame
  ) {
    let label = prompt.search.map { "(history: \($0)) " } ?? prompt.label
    let start = frame.put(label, x: 1, y: rect.y, role: .prompt)
    let room = rect.right - start - 1
    let before = Visible.text(
      String(prompt.editor.text[..<prompt.editor.cursor]), limit: LineEditor.characters)
    let after = Visible.text(
      String(prompt.editor.text[prompt.editor.cursor...]), limit: LineEditor.characters)
    // The end of what stands before the cursor is always in view.
    var hidden = 0
    var visible = Array(Clusters(before))
    var used = visible.reduce(0) { $0 + $1.width }
    while used > room - 1, !visible.isEmpty {
      used -= visible.removeFirst().width
      hidden += 1
    }
    let x = frame.put(visible.map(\.text).joined(), x: start, y: rect.y)
    frame.put(after, x: x, y: rect.y, width: max(0, rect.right - x))
    frame.cursor = Point(x: min(x, rect.right - 1), y: rect.y)
    if prompt.editor.text.isEmpty, prompt.search == nil {
      let text = Fit.clip(prompt.suggestion, to: rect.right - x - 2, ellipsis: model.symbols.ellipsis)
      frame.put(text, x: x + 2, y: rect.y, role: .dim)
    }
    if hidden > 0 { frame.put(model.symbols.ellipsis, x: start, y: rect.y, role: .dim) }
    if let choice = prompt.choice {
      ChoiceView.draw(choice, isDirectory: prompt.browses, model, above: rect, on: &frame)
    }
  }
}
