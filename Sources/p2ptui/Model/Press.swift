import PeerCore

// What keys do: the topmost layer takes them; without any, the key table says.
extension Model {
  mutating func press(_ key: Key) -> [Request] {
    let intent = keys.intent(of: key, in: focus)
    if intent == .redraw || intent == .suspend, !isText(key) { return perform(intent ?? .redraw) }
    if dialog != nil { return answerDialog(key) }
    if prompt != nil { return edit(key) }
    if overlay != nil, readOverlay(key) { return [] }
    return intent.map { perform($0) } ?? []
  }

  /// A key that a prompt writes into its line.
  private func isText(_ key: Key) -> Bool {
    if case .character = key { true } else { false }
  }

  private mutating func perform(_ intent: Intent) -> [Request] {
    let page = max(1, (layout?.listHeight(focus) ?? 2) - 1)
    switch intent {
    case .up: move(to: row(focus) - 1, in: focus)
    case .down: move(to: row(focus) + 1, in: focus)
    case .pageUp: move(to: row(focus) - page, in: focus)
    case .pageDown: move(to: row(focus) + page, in: focus)
    case .first: move(to: 0, in: focus)
    case .last: move(to: count(focus) - 1, in: focus)
    case .nextPane: moveFocus(by: 1)
    case .previousPane: moveFocus(by: -1)
    case .filesPane: focus = .files
    case .peersPane: focus = .peers
    case .logPane: focus = .log
    case .transfersPane: toggleTransfers()
    case .details: selection(focus).map { overlay = Overlay(content: .details($0)) }
    case .back: stepBack()
    case .maximise: maximised.toggle()
    case .filter: prompt = Prompt(.filter(focus, before: filter(focus)), line: filter(focus))
    case .nextMatch: findMatch(step: 1)
    case .previousMatch: findMatch(step: -1)
    case .sort: sortByNext(1)
    case .previousSort: sortByNext(-1)
    case .reverse: reverse()
    case .follow: follow()
    case .mark, .range, .markAll, .invertMarks: mark(intent)
    case .push: return openPush()
    case .command: prompt = Prompt(.command)
    case .help: overlay = Overlay(content: .help)
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .showFiles: showFiles()
    case .quit: return quit()
    case .undo: undo()
    case .copyID: return copy()
    case .fetch, .delete, .forget, .announce, .greet, .pause, .cancel, .retry, .moveUp, .moveDown, .raise,
      .lower:
      return work(intent)
    }
    return []
  }

  /// To the pane that comes next in the order of the screen.
  private mutating func moveFocus(by step: Int) {
    let order = Layout.order(width: size.width, transfers: showsTransfers)
    let index = order.firstIndex(of: focus) ?? 0
    focus = order[(index + step + order.count) % order.count]
  }

  private mutating func toggleTransfers() {
    if focus == .transfers, snapshot.transfers.isEmpty {
      transfersPinned = false
      focus = .files
    } else {
      transfersPinned = true
      focus = .transfers
    }
  }

  /// A notice is no step of its own: it may have come by itself a moment ago.
  private mutating func stepBack() {
    notice = nil
    if focus == .files, let range = files.range {
      files.marks = range.before
      files.range = nil
    } else if !sought(focus).isEmpty {
      setFilter("", of: focus)
    } else if focus == .files, !files.marks.isEmpty {
      files.marks = []
    } else {
      maximised = false
    }
  }

  private mutating func copy() -> [Request] {
    let text: String? =
      switch selection(focus) {
      case .file(let ref): ref.id.hex
      case .peer(let handle): snapshot.peer(handle)?.id.text
      case .transfer(let number): transfer(number)?.file.hex
      case .log(let seq): snapshot.log.first { $0.seq == seq }?.text
      case nil: nil
      }
    guard let text else { return [] }
    let shown = Visible.text(text, limit: 200)
    guard hasClipboard else {
      say("This terminal has no clipboard: \(shown)")
      return []
    }
    say("Copied: \(shown)")
    return [.copy(text)]
  }

  func transfer(_ number: UInt64) -> TransferView? {
    snapshot.transfers.first { $0.number == number }
  }

  private mutating func quit() -> [Request] {
    let running = snapshot.transfers.count { !$0.state.isOver }
    guard running > 0 else { return leave(.quit) }
    let are = running == 1 ? "transfer is" : "transfers are"
    dialog = Dialog(
      subject: .quit, title: "Quit",
      lines: ["\(Units.count(running)) \(are) not finished."], question: "Quit all the same?")
    return []
  }

  /// Keys of an overlay; `false` if it has no use for one and closes.
  mutating func readOverlay(_ key: Key) -> Bool {
    let page = max(1, size.height - 6)
    switch Overlay.reading(key) {
    case .lines(let count): overlay?.scroll += count
    case .pages(let count): overlay?.scroll += count * page
    case .top: overlay?.scroll = 0
    case .end: overlay?.scroll = Int.max / 2
    case .close: overlay = nil
    case nil:
      overlay = nil
      return false
    }
    let most = OverlayView.mostScroll(self)
    if let scroll = overlay?.scroll { overlay?.scroll = max(0, min(scroll, most)) }
    return true
  }
}
