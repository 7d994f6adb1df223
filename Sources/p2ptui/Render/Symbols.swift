/// Every character of the screen that is not text: with `--ascii`, all of them are ASCII.
struct Symbols: Sendable, Equatable {
  var rule = "─", ruleFocused = "━", vertical = "│"
  var topLeft = "╭", topRight = "╮", bottomLeft = "╰", bottomRight = "╯"
  var ellipsis = "…"
  var separator = "·"
  var down = "↓", up = "↑"
  var ascending = "▲", descending = "▼"
  var mark = "◆"
  var here = "●", remote = "○", queued = "◌", paused = "‖", verifying = "≈", failed = "✗", gone = "–"
  var done = "✓", warning = "!"
  var barFull = "█", barRest = "░"
  /// Eighths of a full cell, 1 to 7.
  var barParts = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  static let unicode = Symbols()

  static let ascii = Symbols(
    rule: "-", ruleFocused: "=", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+",
    bottomRight: "+", ellipsis: "...", separator: "-", down: "v", up: "^", ascending: "^",
    descending: "v", mark: "#", here: "*", remote: "o", queued: ".", paused: "=", verifying: "~",
    failed: "x", gone: "-", done: "+", warning: "!", barFull: "#", barRest: ".", barParts: [])

  /// A bar of `width` columns; `share` is 0...1.
  func bar(_ share: Double, width: Int) -> (full: String, rest: String) {
    let steps = barParts.count + 1
    let total = Int((min(1, max(0, share)) * Double(width * steps)).rounded(.down))
    var full = String(repeating: barFull, count: total / steps)
    var used = total / steps
    if total % steps > 0 {
      full += barParts[total % steps - 1]
      used += 1
    }
    return (full, String(repeating: barRest, count: width - used))
  }
}
