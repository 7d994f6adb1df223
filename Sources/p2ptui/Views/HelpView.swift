/// The keys, from the key table: the pane at hand first. In two columns where there is room.
enum HelpView {
  private static let gap = 3
  /// Columns for the keys of a row, at most; more keys go on below.
  private static let keysWidth = 19
  /// From this width on there are two columns.
  private static let twoColumns = 112

  static func lines(_ model: Model, width: Int) -> [[Span]] {
    let isWide = width >= twoColumns
    let column = isWide ? (width - gap) / 2 : width
    var parts = model.keys.sections(for: model.focus).filter { !$0.rows.isEmpty }
    if model.hasMouse, let everywhere = parts.firstIndex(where: { $0.title == "Everywhere" }) {
      let text = "select, twice opens, heads sort, hints work, the wheel scrolls"
      parts[everywhere].rows.append(("Mouse", text))
    }
    let blocks = parts.map { block($0.title, $0.rows, width: column) }
    return isWide ? sideBySide(blocks, width: column) : Array(blocks.joined(separator: [[]]))
  }

  private static func block(
    _ title: String, _ rows: [(keys: String, text: String)], width: Int
  ) -> [[Span]] {
    let keysWidth = min(keysWidth, width / 3)
    let indent = keysWidth + 2
    return [[Span(title, .strong)]]
      + rows.flatMap { row -> [[Span]] in
        let keys = Fit.wrap(row.keys, to: keysWidth - 2)
        let text = Fit.wrap(row.text, to: max(10, width - indent))
        return (0..<max(keys.count, text.count)).map { line in
          let key = line < keys.count ? keys[line] : ""
          return [
            Span("  " + Fit.pad(key, to: keysWidth, ellipsis: ""), .key),
            Span(line < text.count ? text[line] : ""),
          ]
        }
      }
  }

  /// Each block goes into the column that is shorter so far.
  private static func sideBySide(_ blocks: [[[Span]]], width: Int) -> [[Span]] {
    var columns: [[[Span]]] = [[], []]
    for block in blocks {
      let shorter = columns[0].count <= columns[1].count ? 0 : 1
      columns[shorter] += (columns[shorter].isEmpty ? [] : [[]]) + block
    }
    return (0..<max(columns[0].count, columns[1].count)).map { row in
      let left = row < columns[0].count ? columns[0][row] : []
      guard row < columns[1].count else { return left }
      let used = Fit.columns(left)
      return left + [Span(String(repeating: " ", count: width + gap - used))] + columns[1][row]
    }
  }
}
