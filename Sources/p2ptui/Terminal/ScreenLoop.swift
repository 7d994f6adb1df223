import Foundation
import PeerCore

/// The screen's thread: waits, updates the model, draws.
struct ScreenLoop {
  /// How long a lone Esc is waited on for the rest of a sequence, in milliseconds.
  static let escapeDelay: Int64 = 40

  private let mailbox: Mailbox
  private let work: BackgroundWork
  private let terminal: Terminal
  private let historyFiles: [HistoryKind: HistoryFile]
  private let start = ContinuousClock.now
  private let onHangup: Leave
  private var model: Model
  /// The frame that the user sees, and so points at.
  private var shown: Frame?
  private var decoder: KeyDecoder
  private var budget = FrameBudget()
  private var keysAt: Int64 = 0
  /// Why the next frame is drawn; `nil` while nothing has changed.
  private var cause: FrameBudget.Cause? = .key
  private var leaves: Leave?

  init(first: Snapshot, options: ScreenOptions, mailbox: Mailbox, work: BackgroundWork) throws {
    self.mailbox = mailbox
    self.work = work
    historyFiles = HistoryFile.all(in: options.historyDirectory)
    onHangup = options.onHangup
    terminal = try Terminal(
      theme: options.effectiveTheme, title: "p2ptui " + Visible.text(first.me.peerID.text, limit: 64),
      mouse: options.mouse)
    decoder = KeyDecoder(sequences: terminal.keySequences)
    model = Model(
      snapshot: first, size: terminal.measure(), keys: options.keys,
      symbols: options.ascii || !terminal.hasSymbols ? .ascii : .unicode,
      utcOffset: TimeZone.current.secondsFromGMT(), peerTimeout: options.peerTimeout,
      hasClipboard: terminal.hasClipboard, hasMouse: terminal.hasMouse,
      histories: historyFiles.mapValues { $0.read() })
  }

  private var now: Int64 {
    let passed = start.duration(to: .now).components
    return passed.seconds * 1000 + passed.attoseconds / 1_000_000_000_000_000
  }

  mutating func run() -> Leave {
    mailbox.wakeup.takeSignals(true)
    defer {
      mailbox.wakeup.takeSignals(false)
      terminal.restore()
    }
    update(.tick)
    while leaves == nil {
      draw()
      guard wait() else {
        perform(model.leave(onHangup))
        break
      }
      takeMail()
    }
    return leaves ?? .quit
  }

  private mutating func draw() {
    guard let cause, budget.wait(at: now, for: cause) <= 0 else { return }
    let frame = Views.frame(model)
    terminal.show(frame)
    shown = frame
    budget.draw(at: now)
    self.cause = nil
  }

  /// Waits for keys, mail, signals or time, and takes the first and the last two in. `false` if the
  /// terminal is gone.
  private mutating func wait() -> Bool {
    var timeout = model.wakeAfter
    if let cause { timeout = min(timeout, budget.wait(at: now, for: cause)) }
    if decoder.isWaiting { timeout = min(timeout, Self.escapeDelay) }
    var sources = [
      pollfd(fd: terminal.input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: mailbox.wakeup.readEnd, events: Int16(POLLIN), revents: 0),
    ]
    let before = now
    let ready = poll(&sources, 2, Int32(clamping: max(0, timeout)))
    if sources[1].revents != 0 { handle(mailbox.wakeup.drain()) }
    if ready > 0, sources[0].revents != 0 { return readKeys() }
    if decoder.isWaiting, now - keysAt >= Self.escapeDelay { take(decoder.flush()) }
    if ready == 0 || now - before >= model.wakeAfter {
      update(.tick)
      terminal.boundCapture()
    }
    return true
  }

  private mutating func readKeys() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(terminal.input, &bytes, bytes.count)
    if count < 0 { return errno == EINTR || errno == EAGAIN }
    guard count > 0 else { return false }
    keysAt = now
    take(decoder.decode(bytes[..<count]))
    return true
  }

  private mutating func take(_ inputs: [TerminalInput]) {
    for input in inputs where leaves == nil {
      switch input {
      case .key(let key): update(.key(key))
      case .mouse(let mouse): update(.mouse(mouse.deed, shown?.target(at: mouse.point)))
      case .mode(2026, let isKnown): terminal.synchronizes = isKnown
      case .mode: break
      }
    }
  }

  private mutating func handle(_ signals: Set<Int32>) {
    if signals.contains(SIGTSTP) { return suspend() }
    if signals.contains(SIGCONT) { terminal.resume() }
    if !signals.isEmpty { update(.resize(terminal.measure())) }
  }

  /// Returns when the user has brought the process back.
  private mutating func suspend() {
    terminal.suspend()
    // The signal that went on with the process has done its work.
    _ = mailbox.wakeup.drain()
    update(.resize(terminal.measure()))
  }

  private mutating func takeMail() {
    let mail = mailbox.take()
    if let snapshot = mail.snapshot { update(.snapshot(snapshot)) }
    for answer in mail.answers where leaves == nil { update(answer) }
    if mail.isClosed, leaves == nil { perform(model.leave(.quit)) }
  }

  private mutating func update(_ action: Action) {
    let news: FrameBudget.Cause =
      switch action {
      case .key, .mouse, .resize: .key
      case .sorted, .replies, .output, .completions: .answer
      case .snapshot, .tick: .news
      }
    cause = max(cause ?? .news, news)
    perform(model.update(action, at: now))
  }

  private mutating func perform(_ requests: [Request]) {
    for request in requests {
      switch request {
      case .submit(let batch): work.submit(batch)
      case .run(let line): work.run(line)
      case .complete(let line, let cursor, let browses, let ticket):
        work.complete(line, cursor: cursor, browses: browses, ticket: ticket)
      case .sort(let sort): work.sort(sort)
      case .copy(let text): terminal.copy(text)
      case .bell: terminal.bell()
      case .redraw:
        terminal.redraw()
        cause = .key
      case .suspend: suspend()
      case .saveHistory(let kind, let lines): historyFiles[kind]?.write(lines)
      case .leave(let way): leaves = way
      }
    }
  }
}

/// Where a history outlasts the screen. One that can't be kept is no reason to stop.
struct HistoryFile: Sendable {
  /// Bytes read of it, so that a file that is something else does no harm.
  static let bytes = History.lines * LineEditor.characters

  let path: String

  /// One for each kind; none without a directory.
  static func all(in directory: String?) -> [HistoryKind: HistoryFile] {
    guard let directory else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: HistoryKind.allCases.map {
        ($0, HistoryFile(path: "\(directory)/\($0.rawValue)"))
      })
  }

  func read() -> [String] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    guard let data = try? file.read(upToCount: Self.bytes) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  func write(_ lines: [String]) {
    let url = URL(fileURLWithPath: path)
    let directory = url.deletingLastPathComponent()
    try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let data = Data(lines.map { $0 + "\n" }.joined().utf8)
    try? data.write(to: url, options: .atomic)
    try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }
}
