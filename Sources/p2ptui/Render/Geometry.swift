/// Columns and rows of a terminal.
struct Size: Hashable, Sendable {
  var width: Int
  var height: Int
}

/// A cell; the top left one is 0, 0.
struct Point: Hashable, Sendable {
  var x: Int
  var y: Int
}

struct Rect: Hashable, Sendable {
  var x: Int
  var y: Int
  var width: Int
  var height: Int

  var bottom: Int { y + height }
  var right: Int { x + width }

  func contains(_ point: Point) -> Bool {
    point.x >= x && point.x < right && point.y >= y && point.y < bottom
  }

  /// The first rows of it, and the rest.
  func splitRows(_ first: Int) -> (top: Rect, rest: Rect) {
    let rows = min(max(0, first), height)
    return (
      Rect(x: x, y: y, width: width, height: rows),
      Rect(x: x, y: y + rows, width: width, height: height - rows)
    )
  }
}
