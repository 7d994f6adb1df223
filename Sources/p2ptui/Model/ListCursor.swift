/// The selected row of a list that changes under it. What is selected is what the row stands for: when the list
/// changes, its row is looked up again and stays on the same line of the screen.
struct ListCursor: Sendable {
  private(set) var selected: Subject?
  private(set) var row = 0
  /// The first row shown.
  private(set) var top = 0
  /// Until somebody was there, the first row is the selected one, whatever it is.
  private var isHeld = false

  /// From now on the selected row stays selected.
  mutating func hold() { isHeld = true }

  mutating func select(_ row: Int, _ subject: Subject) {
    self.row = row
    selected = subject
  }

  /// Lets another row be the first one shown; `settle` keeps the selected row in view.
  mutating func scroll(to top: Int) { self.top = max(0, top) }

  /// Brings row and top in line with a list and a height that may have changed.
  ///
  /// - Parameter isInView: the selected row is, and stays on its line.
  mutating func settle(
    count: Int, height: Int, isInView: Bool = true, rowOf: (Subject) -> Int?, subject: (Int) -> Subject
  ) {
    guard count > 0 else {
      row = 0
      top = 0
      return
    }
    if !isHeld {
      row = 0
      selected = subject(0)
    } else if let selected, let found = rowOf(selected) {
      if isInView { top += found - row }
      row = found
    } else {
      row = min(row, count - 1)
      selected = subject(row)
    }
    if isInView {
      top = min(top, row)
      top = max(top, row - max(1, height) + 1)
    }
    top = max(0, min(top, count - max(1, height)))
  }
}
