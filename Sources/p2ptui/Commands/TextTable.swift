/// Columns of text for a terminal or a pipe: padded with spaces, the last one as long as it is.
struct TextTable {
  enum Alignment { case left, right }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  /// Titles that begin with `>` are aligned to the right.
  init(_ titles: String...) {
    columns = titles.map { $0.hasPrefix(">") ? (String($0.dropFirst()), .right) : ($0, .left) }
  }

  /// - Parameter cells: one for each column, without line breaks.
  mutating func add(_ cells: String...) { rows.append(cells) }

  /// The titles and then the rows.
  var lines: [String] {
    let all = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in all.map { CellWidth.of($0[column]) }.max() ?? 0 }
    return all.map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        if column > 0 { line += "  " }
        let padding = String(repeating: " ", count: widths[column] - CellWidth.of(cell))
        switch columns[column].alignment {
        case .right: line += padding + cell
        case .left: line += column == columns.count - 1 ? cell : cell + padding
        }
      }
      return line
    }
  }
}
