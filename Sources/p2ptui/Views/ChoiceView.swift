import PeerCore

/// The candidates of a completion, over the lines above the prompt: in columns, or a directory as a list.
enum ChoiceView {
  static func draw(
    _ choice: Prompt.Choice, isDirectory: Bool, _ model: Model, above prompt: Rect, on frame: inout Frame
  ) {
    let count = choice.candidates.count
    let cell = isDirectory ? prompt.width - 2 : cellWidth(choice, in: prompt.width - 2)
    let perLine = max(1, (prompt.width - 2) / max(1, cell))
    let lines = (count + perLine - 1) / perLine
    let height = min(lines, max(1, model.size.height / (isDirectory ? 2 : 3)))
    // Of nothing there is only the rule, which says so.
    let current = (choice.index ?? 0) / perLine
    let first = max(0, min(current - height / 2, lines - height))
    let y = prompt.y - height - 1
    frame.fill(Rect(x: 0, y: y, width: prompt.width, height: height + 1))
    frame.mark(Rect(x: 0, y: y, width: prompt.width, height: height + 1), .box)
    let title = choice.place.isEmpty ? Units.count(count, "candidate") : choice.place
    let keys = isDirectory ? "Up Down choose, Enter opens or shares" : "Tab takes the next"
    let hint = count > 0 ? keys : "nothing there begins so"
    PaneView.rule(
      title, [hint], isFocused: false, symbols: model.symbols,
      in: Rect(x: 0, y: y, width: prompt.width, height: 1), on: &frame)
    for index in first * perLine..<min(count, (first + height) * perLine) {
      let place = Rect(
        x: 2 + index % perLine * cell, y: y + 1 + index / perLine - first, width: cell - 2, height: 1)
      frame.mark(place, .candidate(index))
      draw(choice.candidates[index], isChosen: index == choice.index, in: place, model.symbols, on: &frame)
    }
  }

  private static func draw(
    _ candidate: Candidate, isChosen: Bool, in place: Rect, _ symbols: Symbols, on frame: inout Frame
  ) {
    let role: Role = isChosen ? .selected : .text
    let note = candidate.note.isEmpty ? "" : "  " + Visible.text(candidate.note, limit: 64)
    let room = place.width - CellWidth.of(note)
    let label = Fit.clip(Visible.text(candidate.label, limit: 256), to: room, ellipsis: symbols.ellipsis)
    if isChosen { frame.fill(place, role: role) }
    frame.put(
      label, x: place.x, y: place.y, width: room, role: candidate.isDirectory && !isChosen ? .strong : role)
    frame.put(note, x: place.right - CellWidth.of(note), y: place.y, role: isChosen ? role : .dim)
  }

  private static func cellWidth(_ choice: Prompt.Choice, in width: Int) -> Int {
    let widest = choice.candidates.map { CellWidth.of(Visible.text($0.label, limit: 256)) }.max() ?? 0
    return min(width, widest + 2)
  }
}
