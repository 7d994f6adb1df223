/// One cell of a frame. The cell right of a wide character is empty text.
struct Cell: Equatable, Sendable {
  var text: String
  var role: Role
  /// It is part of what a filter or a search found.
  var isMatch = false

  static let blank = Cell(text: " ", role: .text)
}

/// A piece of a line in one role.
struct Span: Equatable, Sendable {
  var text: String
  var role: Role
  /// A filter or a search found it.
  var isMatch: Bool

  init(_ text: String, _ role: Role = .text, isMatch: Bool = false) {
    self.text = text
    self.role = role
    self.isMatch = isMatch
  }

  /// The same in a row that has one role, such as a selected one.
  func inside(_ row: Role) -> Span { Span(text, row, isMatch: isMatch) }
}

/// A whole picture of the screen: what views make, tests compare, and the terminal shows.
struct Frame: Equatable, Sendable {
  let size: Size
  private(set) var cells: [Cell]
  /// Where the hardware cursor sits; `nil` hides it.
  var cursor: Point?
  /// What places stand for, the topmost last.
  private var targets: [(place: Rect, target: Target)] = []

  init(size: Size) {
    self.size = size
    cells = Array(repeating: .blank, count: max(0, size.width * size.height))
  }

  subscript(x: Int, y: Int) -> Cell { cells[y * size.width + x] }

  /// Writes text, clipped at the right edge or after `width` columns. Returns the column after it.
  @discardableResult
  mutating func put(
    _ text: String, x: Int, y: Int, width: Int = .max, role: Role = .text, isMatch: Bool = false
  ) -> Int {
    guard y >= 0, y < size.height, x < size.width, width > 0 else { return x }
    let end = min(size.width, width == .max ? size.width : x + width)
    var column = x
    for cluster in Clusters(text) {
      guard column + cluster.width <= end else { break }
      set(cluster, x: column, y: y, role: role, isMatch: isMatch)
      column += cluster.width
    }
    return column
  }

  @discardableResult
  mutating func put(_ spans: [Span], x: Int, y: Int, width: Int = .max) -> Int {
    var column = x
    for span in spans {
      let left = width == .max ? Int.max : x + width - column
      column = put(span.text, x: column, y: y, width: left, role: span.role, isMatch: span.isMatch)
    }
    return column
  }

  mutating func fill(_ rect: Rect, _ text: String = " ", role: Role = .text) {
    for y in max(0, rect.y)..<max(max(0, rect.y), min(rect.bottom, size.height)) {
      put(String(repeating: text, count: rect.width), x: rect.x, y: y, width: rect.width, role: role)
    }
  }

  private mutating func set(_ cluster: Cluster, x: Int, y: Int, role: Role, isMatch: Bool) {
    guard x >= 0 else { return }
    let index = y * size.width + x
    // A wide character that is half overwritten leaves no half behind.
    if cells[index].text.isEmpty, x > 0 { cells[index - 1].text = " " }
    let after = index + cluster.width
    if x + cluster.width < size.width, cells[after].text.isEmpty { cells[after].text = " " }
    cells[index] = Cell(text: cluster.text, role: role, isMatch: isMatch)
    if cluster.width == 2 { cells[index + 1] = Cell(text: "", role: role, isMatch: isMatch) }
  }

  /// Lets the mouse find a target in a place.
  mutating func mark(_ place: Rect, _ target: Target) { targets.append((place, target)) }

  func target(at point: Point) -> Target? {
    targets.last { $0.place.contains(point) }?.target
  }

  /// Whether two frames look the same.
  static func == (a: Frame, b: Frame) -> Bool {
    a.size == b.size && a.cursor == b.cursor && a.cells == b.cells
  }

  /// A row's cells.
  func row(_ y: Int) -> ArraySlice<Cell> { cells[y * size.width..<(y + 1) * size.width] }
}
