/// The selected row of a list that changes under it. Selection is by id: when the list changes, the row is
/// looked up again and stays on the same line of the screen.
struct ListCursor<ID: Hashable & Sendable>: Sendable {
  private(set) var selected: ID?
  private(set) var row = 0
  /// The first row shown.
  private(set) var top = 0
  /// Until somebody was there, the first row is the selected one, whatever it is.
  private var isHeld = false

  /// From now on the selected row stays selected.
  mutating func hold() { isHeld = true }

  /// Selects a row, clamped.
  mutating func select(_ wanted: Int, of count: Int, id: (Int) -> ID) {
    guard count > 0 else { return }
    row = min(max(0, wanted), count - 1)
    selected = id(row)
  }

  /// Lets another row be the first one shown; `settle` keeps the selected row in view.
  mutating func scroll(to top: Int) { self.top = max(0, top) }

  /// Brings row and top in line with a list and a height that may have changed.
  ///
  /// - Parameter isInView: the selected row is, and stays on its line.
  mutating func settle(
    count: Int, height: Int, isInView: Bool = true, rowOf: (ID) -> Int?, id: (Int) -> ID
  ) {
    guard count > 0 else {
      row = 0
      top = 0
      return
    }
    if !isHeld {
      row = 0
      selected = id(0)
    } else if let selected, let found = rowOf(selected) {
      if isInView { top += found - row }
      row = found
    } else {
      row = min(row, count - 1)
      selected = id(row)
    }
    if isInView {
      top = min(top, row)
      top = max(top, row - max(1, height) + 1)
    }
    top = max(0, min(top, count - max(1, height)))
  }
}
