/// Where everything stands on a screen of some size. A pure function of what is shown.
struct Layout: Equatable, Sendable {
  /// The smallest screen that shows something of use: a pane with a few rows.
  static let smallest = Size(width: 40, height: 10)
  /// From this height on three panes fit above one another, …
  static let stackedHeight = 18
  /// … from this width on they sit side by side, …
  static let wideWidth = 120
  /// … and from this size on there is room for details beside them.
  static let detailed = Size(width: 160, height: 40)

  var title = Rect(x: 0, y: 0, width: 0, height: 0)
  var panes: [Pane: Rect] = [:]
  var details: Rect?
  /// The line between columns of panes.
  var divider: Rect?
  /// Prompt, notice or hints.
  var foot = Rect(x: 0, y: 0, width: 0, height: 0)

  /// `nil` if the screen is too small.
  init?(size: Size, focus: Pane, maximised: Bool, transfers: Bool) {
    guard size.width >= Self.smallest.width, size.height >= Self.smallest.height else { return nil }
    let whole = Rect(x: 0, y: 0, width: size.width, height: size.height)
    let body: Rect
    (title, body) = whole.splitRows(1)
    let panesArea: Rect
    (panesArea, foot) = body.splitRows(body.height - 1)
    if maximised || size.height < Self.stackedHeight {
      panes[focus] = panesArea
    } else if size.width >= Self.wideWidth {
      sideBySide(panesArea, size: size, transfers: transfers)
    } else {
      stacked(panesArea, transfers: transfers)
    }
  }

  private mutating func stacked(_ area: Rect, transfers: Bool) {
    let peers = max(4, area.height / 5)
    let log = max(4, area.height / 4)
    let running = transfers ? max(4, area.height / 6) : 0
    var rest = area
    (panes[.files], rest) = take(rest, area.height - peers - log - running)
    if transfers { (panes[.transfers], rest) = take(rest, running) }
    (panes[.peers], rest) = take(rest, peers)
    panes[.log] = rest
  }

  private mutating func sideBySide(_ area: Rect, size: Size, transfers: Bool) {
    let leftWidth = area.width * (size.width >= 180 ? 56 : 60) / 100
    let left = Rect(x: area.x, y: area.y, width: leftWidth, height: area.height)
    divider = Rect(x: leftWidth, y: area.y, width: 1, height: area.height)
    var right = Rect(
      x: leftWidth + 1, y: area.y, width: area.width - leftWidth - 1, height: area.height)
    if transfers {
      let split = left.splitRows(area.height - max(5, area.height / 4))
      (panes[.files], panes[.transfers]) = (split.top, split.rest)
    } else {
      panes[.files] = left
    }
    if size.width >= Self.detailed.width, size.height >= Self.detailed.height {
      (details, right) = take(right, area.height * 3 / 10)
    }
    (panes[.peers], right) = take(right, details == nil ? area.height * 2 / 5 : area.height * 3 / 10)
    panes[.log] = right
  }

  private func take(_ area: Rect, _ rows: Int) -> (Rect, Rect) {
    let split = area.splitRows(rows)
    return (split.top, split.rest)
  }

  /// Rows of a pane's list, below its rule and its column heads. 0 if it is not shown.
  func listHeight(_ pane: Pane) -> Int {
    guard let rect = panes[pane] else { return 0 }
    return max(0, rect.height - (pane.hasColumns ? 2 : 1))
  }
}
