/// How many columns text takes, in the way terminals and the C library count: scalar by scalar.
///
/// Sequences that terminals disagree about (emoji joined by ZWJ, with skin tones or presentation selectors)
/// are cut down to their first emoji, so that a column stays straight everywhere.
enum CellWidth {
  /// Combining marks kept on one character; more would not fit into a cell of curses.
  static let combiningMarks = 4

  /// 0, 1 or 2. Control characters have none; `Visible` has replaced them before.
  static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x20 || (0x7F..<0xA0).contains(value) { return 0 }
    if value < 0x300 { return 1 }
    if isZero(scalar) { return 0 }
    return isWide(scalar) ? 2 : 1
  }

  static func of(_ text: some StringProtocol) -> Int {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text.utf8.count }
    return Clusters(text).reduce(0) { $0 + $1.width }
  }

  /// Whether it changes the look of the character before it; other scalars without a width are dropped.
  static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format: false
    default: !scalar.properties.isVariationSelector
    }
  }

  private static func isZero(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1160...0x11FF, 0xD7B0...0xD7FF: return true  // the vowels and finals of conjoining Hangul
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return true
    default: return false
    }
  }

  /// East Asian Wide and Fullwidth; of emoji, those that are shown as pictures by default.
  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF,
      0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
      0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF,
      0x20000...0x3FFFD:
      return true
    case 0x1F1E6...0x1F1FF: return false  // regional indicators: two of them make a flag of two columns
    default: return scalar.properties.isEmojiPresentation
    }
  }
}

/// What stands in one or two neighbouring cells: a spacing character and the marks on it.
struct Cluster: Equatable {
  var text: String
  var width: Int
}

/// Text as clusters, simplified as `CellWidth` says.
struct Clusters: Sequence, IteratorProtocol {
  private var scalars: [Unicode.Scalar]
  private var position = 0

  init(_ text: some StringProtocol) {
    scalars = Array(text.unicodeScalars)
  }

  mutating func next() -> Cluster? {
    while position < scalars.count {
      let first = scalars[position]
      position += 1
      let width = CellWidth.of(first)
      guard width > 0 else { continue }
      return Cluster(text: takeMarks(after: first), width: width)
    }
    return nil
  }

  private mutating func takeMarks(after first: Unicode.Scalar) -> String {
    var text = String(first)
    var marks = 0
    let isEmoji = first.value > 0xFF && first.properties.isEmoji
    while position < scalars.count {
      let scalar = scalars[position]
      if scalar.value == 0x200D {
        position += isEmoji && position + 1 < scalars.count ? 2 : 1
      } else if isEmoji && scalar.properties.isEmojiModifier {
        position += 1
      } else if CellWidth.of(scalar) == 0 {
        position += 1
        guard marks < CellWidth.combiningMarks, CellWidth.isMark(scalar) else { continue }
        text.unicodeScalars.append(scalar)
        marks += 1
      } else {
        break
      }
    }
    return text
  }
}

/// Cutting and filling text to a number of columns.
enum Fit {
  /// At most `width` columns; what is cut is told by the ellipsis.
  static func clip(_ text: String, to width: Int, ellipsis: String) -> String {
    clip([Span(text)], to: width, ellipsis: ellipsis).map(\.text).joined()
  }

  /// At most `width` columns of a line. If something that was found is cut, the ellipsis says so in its place.
  static func clip(_ line: [Span], to width: Int, ellipsis: String) -> [Span] {
    guard width > 0 else { return [] }
    if columns(line) <= width { return line }
    let dots = CellWidth.of(ellipsis) <= width ? ellipsis : String(repeating: ".", count: width)
    var room = width - CellWidth.of(dots)
    var kept: [Span] = []
    var end = Span(dots)
    for span in line {
      end.role = room > 0 ? span.role : end.role
      var head = Span("", span.role, isMatch: span.isMatch)
      for cluster in Clusters(span.text) {
        guard cluster.width <= room else {
          room = 0
          end.isMatch = end.isMatch || span.isMatch
          break
        }
        head.text += cluster.text
        room -= cluster.width
      }
      if !head.text.isEmpty { kept.append(head) }
    }
    return kept + [end]
  }

  /// The columns that a line takes.
  static func columns(_ line: [Span]) -> Int { line.reduce(0) { $0 + CellWidth.of($1.text) } }

  /// Exactly `width` columns.
  static func pad(_ text: String, to width: Int, right: Bool = false, ellipsis: String) -> String {
    let clipped = clip(text, to: width, ellipsis: ellipsis)
    let space = String(repeating: " ", count: Swift.max(0, width - CellWidth.of(clipped)))
    return right ? space + clipped : clipped + space
  }

  /// Lines of at most `width` columns, broken at spaces where there are any.
  static func wrap(_ text: String, to width: Int) -> [String] {
    guard width > 0, CellWidth.of(text) > width else { return [text] }
    var lines: [String] = []
    var line = ""
    var used = 0
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    for (index, word) in words.enumerated() {
      if used > 0, used + 1 + CellWidth.of(word) > width {
        lines.append(line)
        (line, used) = ("", 0)
      } else if index > 0 {
        line += " "
        used += 1
      }
      for cluster in Clusters(word) {
        if used + cluster.width > width {
          lines.append(line)
          (line, used) = ("", 0)
        }
        line += cluster.text
        used += cluster.width
      }
    }
    return lines + [line]
  }
}
