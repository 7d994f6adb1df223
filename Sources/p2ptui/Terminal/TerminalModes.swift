import CNcurses
import Foundation

/// What the terminal is asked to do while the screen is there, and to undo after it.
struct TerminalModes {
  /// Sets the terminal up, but for its alternate screen.
  var enter: [UInt8]
  /// Undoes `enter`.
  var leave: [UInt8]
  /// What is asked once; the answer comes among the keys.
  var questions: [UInt8]
  /// It understands what xterm does: titles, the clipboard, questions. Others might show such sequences.
  let isXtermLike: Bool
  let hasMouse: Bool

  /// Keypad keys; brackets around what is pasted; clicks and the wheel in SGR form; the window's title, the old
  /// one kept on the terminal's stack.
  init(title: String, mouse: Bool) {
    let term = ProcessInfo.processInfo.environment["TERM"] ?? ""
    isXtermLike = cn_flag("XT") || ["screen", "tmux", "rxvt"].contains { term.hasPrefix($0) }
    enter = Terminal.capability("smkx") + Array("\u{1B}[?2004h".utf8)
    leave = Array("\u{1B}[?2004l".utf8) + Terminal.capability("rmkx")
    questions = []
    hasMouse = mouse && !Terminal.capability("kmous").isEmpty
    if hasMouse {
      enter += Array("\u{1B}[?1000h\u{1B}[?1006h".utf8)
      leave = Array("\u{1B}[?1006l\u{1B}[?1000l".utf8) + leave
    }
    if isXtermLike {
      enter += Array("\u{1B}[22;0t\u{1B}]2;\(title)\u{07}".utf8)
      leave = Array("\u{1B}[23;0t".utf8) + leave
      questions = Array("\u{1B}[?2026$p".utf8)
    }
  }
}
