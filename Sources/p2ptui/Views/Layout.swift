/// Where everything stands on a screen of some size. A pure function of what is shown.
struct Layout: Equatable, Sendable {
  /// The smallest screen that shows something of use: a pane with a few rows.
  static let smallest = Size(width: 40, height: 10)
  /// From this height on three panes fit above one another, …
  static let stackedHeight = 18
  /// … from this width on files and peers sit side by side, …
  static let wideWidth = 120
  /// … and from this size on transfers and log do too, and there is room for details.
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

  /// The panes as one reads them, from the top left.
  static func order(width: Int, transfers: Bool) -> [Pane] {
    let all: [Pane] =
      width >= wideWidth ? [.files, .peers, .transfers, .log] : [.files, .transfers, .peers, .log]
    return all.filter { $0 != .transfers || transfers }
  }

  private mutating func stacked(_ area: Rect, transfers: Bool) {
    let peers = max(transfers ? 4 : 5, area.height / 5)
    let log = max(4, area.height / 4)
    let running = transfers ? max(4, area.height / 6) : 0
    var rest = area
    (panes[.files], rest) = take(rest, area.height - peers - log - running)
    if transfers { (panes[.transfers], rest) = take(rest, running) }
    (panes[.peers], rest) = take(rest, peers)
    panes[.log] = rest
  }

  /// Files at the left of peers, and whole lines below them for what is long.
  private mutating func sideBySide(_ area: Rect, size: Size, transfers: Bool) {
    let isDetailed = size.width >= Self.detailed.width && size.height >= Self.detailed.height
    let top: Rect
    var rest: Rect
    if isDetailed {
      (top, rest) = take(area, area.height * 7 / 10)
      if transfers { (panes[.transfers], rest) = takeColumns(rest, leftWidth(area)) }
    } else {
      let log = max(6, area.height / 4)
      let running = transfers ? max(5, area.height / 5) : 0
      (top, rest) = take(area, area.height - log - running)
      if transfers { (panes[.transfers], rest) = take(rest, running) }
    }
    panes[.log] = rest
    let isSplitThroughout = isDetailed && transfers
    divider = Rect(
      x: leftWidth(area), y: area.y, width: 1, height: isSplitThroughout ? area.height : top.height)
    var right: Rect
    (panes[.files], right) = takeColumns(top, leftWidth(area))
    if isDetailed { (details, right) = take(right, right.height / 2) }
    panes[.peers] = right
  }

  private func leftWidth(_ area: Rect) -> Int { area.width * (area.width >= 160 ? 55 : 60) / 100 }

  /// The columns at the left of the divider, and those at its right.
  private func takeColumns(_ area: Rect, _ columns: Int) -> (Rect, Rect) {
    (
      Rect(x: area.x, y: area.y, width: columns, height: area.height),
      Rect(x: area.x + columns + 1, y: area.y, width: area.width - columns - 1, height: area.height)
    )
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
