/// What comes from a terminal.
enum TerminalInput: Hashable, Sendable {
  case key(Key)
  case mouse(Mouse)
  /// The answer to the question whether the terminal knows a mode (DECRQM).
  case mode(Int, isKnown: Bool)
}

/// What the mouse did, and at which cell.
struct Mouse: Hashable, Sendable {
  enum Deed: Sendable { case click, wheelUp, wheelDown }

  var deed: Deed
  var point: Point

  /// - Parameters:
  ///   - button: as terminals count them in their SGR form; the bits of Shift, Alt and Ctrl make no difference.
  ///   - column: from 1, like `row`.
  init?(button: Int, column: Int, row: Int) {
    switch button & ~0b11100 {
    case 0: deed = .click
    case 64: deed = .wheelUp
    case 65: deed = .wheelDown
    default: return nil
    }
    guard column > 0, row > 0 else { return nil }
    point = Point(x: column - 1, y: row - 1)
  }
}
