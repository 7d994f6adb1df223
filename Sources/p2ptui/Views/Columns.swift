/// One column of a table.
struct Column: Sendable {
  var head: String
  var width: Int
  var right = false
  /// The column is shown only if the flexible column keeps at least so many columns of the screen beside
  /// it: the less important a column, the more.
  var comfort: Int
}

/// A table's columns fitted to a width: the first is flexible, the rest keep their width or drop.
struct Columns: Sendable {
  static let gap = 2

  private(set) var shown: [(column: Column, index: Int, x: Int, width: Int)] = []

  /// - Parameters:
  ///   - columns: in the order of the screen; offered room in the order of their `comfort`.
  ///   - flexible: the index of the one that takes what is left.
  init(_ columns: [Column], flexible: Int, width: Int) {
    var kept: Set<Int> = [flexible]
    var room = width
    let order = columns.indices.filter { $0 != flexible }.sorted {
      columns[$0].comfort < columns[$1].comfort
    }
    for index in order {
      let needed = columns[index].width + Self.gap
      guard room - needed >= columns[index].comfort else { continue }
      room -= needed
      kept.insert(index)
    }
    var x = 0
    for index in columns.indices where kept.contains(index) {
      let own = index == flexible ? max(0, room) : columns[index].width
      shown.append((columns[index], index, x, own))
      x += own + Self.gap
    }
  }

  func drawHeads(
    of pane: Pane, x: Int, y: Int, sorted: Int? = nil, descending: Bool = false, symbols: Symbols,
    on frame: inout Frame
  ) {
    for (column, index, offset, width) in shown {
      let arrow = index == sorted ? (descending ? symbols.descending : symbols.ascending) : ""
      let head = Fit.clip(column.head, to: width - CellWidth.of(arrow), ellipsis: "") + arrow
      frame.put(
        Fit.pad(head, to: width, right: column.right, ellipsis: ""), x: x + offset, y: y,
        role: index == sorted ? .strong : .columnHead)
      frame.mark(Rect(x: x + offset, y: y, width: width, height: 1), .head(pane, column: index))
    }
  }

  /// - Parameters:
  ///   - whole: one role for the whole row, such as that of a selected one.
  ///   - cell: the content of a column, by its index, for a width.
  func drawRow(
    x: Int, y: Int, whole: Role?, symbols: Symbols, on frame: inout Frame,
    cell: (_ index: Int, _ width: Int) -> [Span]
  ) {
    for (column, index, offset, width) in shown {
      var spans = Fit.clip(cell(index, width), to: width, ellipsis: symbols.ellipsis)
      if let whole { spans = spans.map { $0.inside(whole) } }
      let shift = column.right ? max(0, width - Fit.columns(spans)) : 0
      frame.put(spans, x: x + offset + shift, y: y, width: width - shift)
    }
  }
}
