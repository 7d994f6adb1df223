import CNcurses
import Foundation

/// The terminal that the screen is shown on: the only place that knows curses.
///
/// From `init` to `restore` the terminal is in raw mode on its alternate screen, and what anybody prints to
/// standard output or standard error goes to a temporary file, which `restore` prints. A crash, `exit()`
/// or a deadly signal that nobody handles restores too (`cn_guard`). Used from one thread.
final class Terminal {
  /// Bytes of captured output replayed at the end; and what the file may grow to before it begins anew.
  static let replayBytes: Int64 = 64 * 1024
  static let captureBytes: Int64 = 4 * 1024 * 1024

  /// Where keys come from.
  let input: Int32
  /// What the terminal sends for special keys.
  let keySequences: [[UInt8]: Key]
  /// Whether the terminal shows UTF-8.
  let isUnicode: Bool
  /// Whether it has more than letters to draw with: the fonts of Linux' console have no circles and few marks.
  let hasSymbols: Bool

  /// Whether texts can be handed on to the user's clipboard.
  let hasClipboard: Bool
  /// Whether the terminal tells what the mouse does.
  let hasMouse: Bool
  /// The terminal shows what lies between two marks at once (mode 2026).
  var synchronizes = false

  private let out: UnsafeMutablePointer<FILE>
  private let into: UnsafeMutablePointer<FILE>
  private var guarded = cn_guard()
  private let enter: [UInt8]
  private let theme: Theme
  private var shown: Frame?

  /// Why there can be no screen here; `nil` if there can be one.
  static func obstacle() -> String? {
    guard isatty(STDOUT_FILENO) == 1 else { return "standard output is no terminal" }
    guard isatty(STDIN_FILENO) == 1 else { return "standard input is no terminal" }
    let term = ProcessInfo.processInfo.environment["TERM"] ?? ""
    guard !term.isEmpty else { return "TERM is not set" }
    guard term != "dumb", cn_load_terminfo(STDOUT_FILENO) else {
      return "the terminal \"\(term)\" is unknown or can't place the cursor"
    }
    return nil
  }

  /// - Parameters:
  ///   - title: of the terminal's window, where it has one.
  ///   - mouse: whether the terminal reports what the mouse does.
  init(theme name: ThemeName, title: String, mouse: Bool) throws(ScreenError) {
    if let obstacle = Self.obstacle() { throw ScreenError(description: obstacle) }
    isUnicode = cn_set_locale()
    hasSymbols = isUnicode && ProcessInfo.processInfo.environment["TERM"] != "linux"
    keySequences = Self.readKeySequences()
    let modes = TerminalModes(title: title, mouse: mouse)
    hasClipboard = modes.isXtermLike
    hasMouse = modes.hasMouse
    enter = Self.capability("smcup") + modes.enter
    guarded = Self.makeGuard(modes)
    cn_guard_arm(&guarded)
    let ownOut = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
    guard ownOut >= 0, input >= 0, let out = fdopen(ownOut, "w"), let into = fdopen(input, "r"),
      cn_start(out, into, Self.claimedSize(input).map { $0 == Self.drawnSize($0) } ?? true)
    else {
      cn_guard_restore()
      throw ScreenError(description: "the terminal can't be set up")
    }
    (self.out, self.into) = (out, into)
    theme = Theme(name, colors: Int(cn_colors()))
    for role in Role.allCases {
      let look = theme[role]
      cn_define_pair(Self.pair(role), Int32(look.foreground), Int32(look.background))
    }
    write(modes.enter + modes.questions)
    redirect()
  }

  // MARK: Drawing

  /// Shows a frame. Writes nothing if it is the one that is shown.
  func show(_ frame: Frame) {
    guard frame != shown else { return }
    if synchronizes { write(Array("\u{1B}[?2026h".utf8)) }
    for y in 0..<frame.size.height {
      if let shown, shown.size == frame.size, shown.row(y) == frame.row(y) { continue }
      for x in 0..<frame.size.width { put(frame[x, y], x: x, y: y) }
    }
    shown = frame
    cn_flush(Int32(frame.cursor?.y ?? -1), Int32(frame.cursor?.x ?? -1))
    if synchronizes { write(Array("\u{1B}[?2026l".utf8)) }
  }

  private func put(_ cell: Cell, x: Int, y: Int) {
    guard !cell.text.isEmpty else { return }
    var scalars = cell.text.unicodeScalars.map(\.value)
    let width = scalars[0] < 0x7F ? 1 : CellWidth.of(cell.text)
    // What curses would give another width, or none, would shift the rest of the line.
    if scalars[0] >= 0x7F, !isUnicode || Int(cn_width(scalars[0])) != width {
      scalars = [Self.plain[scalars[0]] ?? 0x3F]
    }
    scalars = scalars.prefix(1) + scalars.dropFirst().filter { cn_width($0) == 0 }
    let (attributes, pair) = (Self.attributes(look(of: cell)), Self.pair(cell.role))
    cn_put(Int32(y), Int32(x), scalars, Int32(scalars.count), attributes, pair)
    if width == 2, scalars[0] < 0x7F { cn_put(Int32(y), Int32(x + 1), [0x20], 1, attributes, pair) }
  }

  /// What stands for punctuation where there is only ASCII; for all else it is a question mark.
  private static let plain: [UInt32: UInt32] = [
    0x2018: 0x27, 0x2019: 0x27, 0x201C: 0x22, 0x201D: 0x22, 0x2013: 0x2D, 0x2014: 0x2D, 0x2026: 0x2E,
    0x00A0: 0x20, 0x00B7: 0x2E, 0x00D7: 0x78,
  ]

  /// What was found keeps its colours, and stands out by its line.
  private func look(of cell: Cell) -> Look {
    var look = theme[cell.role]
    if cell.isMatch { (look.underline, look.bold) = (true, true) }
    return look
  }

  /// Draws every cell again with the next frame.
  func redraw() {
    shown = nil
    cn_redraw()
  }

  /// Columns and rows that are drawn at most: a terminal may claim any size, and curses holds all of its cells.
  private static let largest = 1_000

  /// What the terminal says now; `nil` if it does not.
  private static func claimedSize(_ terminal: Int32) -> Size? {
    var window = winsize()
    guard ioctl(terminal, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
      return nil
    }
    return Size(width: Int(window.ws_col), height: Int(window.ws_row))
  }

  private static func drawnSize(_ claimed: Size) -> Size {
    Size(width: min(claimed.width, largest), height: min(claimed.height, largest))
  }

  /// The size of the terminal now; curses is told.
  func measure() -> Size {
    guard let claimed = Self.claimedSize(input) else {
      return shown?.size ?? Size(width: 80, height: 24)
    }
    let size = Self.drawnSize(claimed)
    cn_resize(Int32(size.height), Int32(size.width))
    shown = nil
    return size
  }

  func bell() { write([0x07]) }

  /// Puts text on the user's clipboard, where the terminal allows that.
  func copy(_ text: String) {
    guard hasClipboard else { return }
    write(Clipboard.sequence(copying: text, environment: ProcessInfo.processInfo.environment))
  }

  private static func attributes(_ look: Look) -> Int32 {
    (look.bold ? Int32(CN_BOLD.rawValue) : 0) | (look.dim ? Int32(CN_DIM.rawValue) : 0)
      | (look.reverse ? Int32(CN_REVERSE.rawValue) : 0)
      | (look.underline ? Int32(CN_UNDERLINE.rawValue) : 0)
  }

  private static func pair(_ role: Role) -> Int32 { Int32(role.rawValue) + 1 }

  // MARK: Beginning and end

  /// Puts the terminal back. Idempotent.
  func restore() {
    cn_guard_restore()
  }

  /// Stops the process until the user takes it back to the foreground.
  func suspend() {
    restore()
    cn_stop_process()
    resume()
  }

  /// Takes the terminal again, after a suspension by whomever.
  func resume() {
    cn_guard_restore()
    cn_guard_arm(&guarded)
    redirect()
    cn_resume()
    write(enter)
    redraw()
  }

  deinit {
    restore()
    cn_stop()
    fclose(out)
    fclose(into)
    for descriptor in [guarded.tty, guarded.capture, guarded.saved_out, guarded.saved_err]
    where descriptor >= 0 {
      close(descriptor)
    }
  }

  /// Keeps the captured output from filling the disk.
  func boundCapture() {
    var status = stat()
    if guarded.capture >= 0, fstat(guarded.capture, &status) == 0, status.st_size > Self.captureBytes {
      ftruncate(guarded.capture, 0)
    }
  }

  private func redirect() {
    guard guarded.capture >= 0 else { return }
    if guarded.saved_out >= 0 { dup2(guarded.capture, STDOUT_FILENO) }
    if guarded.saved_err >= 0 { dup2(guarded.capture, STDERR_FILENO) }
  }

  private static func makeGuard(_ modes: TerminalModes) -> cn_guard {
    var result = cn_guard()
    result.tty = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    result.capture = openCapture()
    result.saved_out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    // Standard error that goes elsewhere already does not disturb.
    result.saved_err = isatty(STDERR_FILENO) == 1 ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : -1
    result.replay_bytes = replayBytes
    let leave = capability("rmcup")
    let strings = Array(
      (modes.leave + capability("op") + capability("sgr0") + capability("cnorm")
        + (leave.isEmpty ? capability("clear") : leave)).prefix(Int(CN_RESTORE_BYTES)))
    result.restore_length = strings.count
    withUnsafeMutableBytes(of: &result.restore) { $0.copyBytes(from: strings) }
    return result
  }

  /// An open file without a name, appended to.
  private static func openCapture() -> Int32 {
    var template = Array((NSTemporaryDirectory() + "/p2ptui-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return -1 }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_APPEND)
    return descriptor
  }

  private func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(guarded.tty, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  // MARK: Capabilities

  /// A string of the terminal's description, without delays (`$<5>`). Empty if it has none.
  static func capability(_ name: String) -> [UInt8] {
    guard let pointer = cn_capability(name) else { return [] }
    var text = String(cString: pointer)
    while let start = text.range(of: "$<"),
      let end = text.range(of: ">", range: start.upperBound..<text.endIndex)
    {
      text.removeSubrange(start.lowerBound..<end.upperBound)
    }
    return Array(text.utf8)
  }

  private static func readKeySequences() -> [[UInt8]: Key] {
    var names: [String: Key] = [
      "kcuu1": .up, "kcud1": .down, "kcub1": .left, "kcuf1": .right, "khome": .home, "kend": .end,
      "kpp": .pageUp, "knp": .pageDown, "kdch1": .delete, "kich1": .insert, "kcbt": .backTab,
      "kent": .enter,
    ]
    for number in 1...12 { names["kf\(number)"] = .function(number) }
    var result: [[UInt8]: Key] = [:]
    for (name, key) in names {
      let bytes = capability(name)
      if bytes.count > 1, bytes[0] == 0x1B { result[bytes] = key }
    }
    return result
  }
}

/// Why there is no screen.
struct ScreenError: Error, CustomStringConvertible {
  var description: String
}
