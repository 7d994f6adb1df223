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
    let widths = columns.indices.map { column in all.map { Self.width($0[column]) }.max() ?? 0 }
    return all.map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        if column > 0 { line += "  " }
        let padding = String(repeating: " ", count: widths[column] - Self.width(cell))
        switch columns[column].alignment {
        case .right: line += padding + cell
        case .left: line += column == columns.count - 1 ? cell : cell + padding
        }
      }
      return line
    }
  }

  /// Terminal cells: two for East Asian wide characters and emoji, else one for each character.
  private static func width(_ text: String) -> Int {
    text.utf8.allSatisfy { $0 < 0x80 }
      ? text.utf8.count : text.reduce(0) { $0 + (isWide($1) ? 2 : 1) }
  }

  private static func isWide(_ character: Character) -> Bool {
    guard let scalar = character.unicodeScalars.first else { return false }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
      0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return true
    default: return character.unicodeScalars.contains("\u{FE0F}")
    }
  }
}
