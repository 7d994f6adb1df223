import PeerCore

// What keys do: the topmost layer takes them; without any, the key table says.
extension Model {
  mutating func press(_ key: Key) -> [Request] {
    files.cursor.hold()
    peers.cursor.hold()
    transfers.cursor.hold()
    if key == .control("l") { return [.redraw] }
    if key == .control("z") { return [.suspend] }
    if dialog != nil { return answerDialog(key) }
    if prompt != nil { return edit(key) }
    if overlay != nil, readOverlay(key) { return [] }
    guard let intent = keys.intent(of: key, in: focus) else { return [] }
    return perform(intent)
  }

  private mutating func perform(_ intent: Intent) -> [Request] {
    let page = max(1, (layout?.listHeight(focus) ?? 2) - 1)
    switch intent {
    case .up: select(row(focus) - 1, in: focus)
    case .down: select(row(focus) + 1, in: focus)
    case .pageUp: select(row(focus) - page, in: focus)
    case .pageDown: select(row(focus) + page, in: focus)
    case .first: select(0, in: focus)
    case .last: select(count(focus) - 1, in: focus)
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
    case .sort: sortByNext()
    case .reverse: reverse()
    case .mark: mark()
    case .markAll: files.marks = Set((0..<files.order.count).map(files.order.ref))
    case .invertMarks:
      files.marks = Set((0..<files.order.count).map(files.order.ref)).subtracting(files.marks)
    case .push: prompt = Prompt(.push)
    case .command: prompt = Prompt(.command)
    case .help: overlay = Overlay(content: .help)
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return quit()
    case .undo: undo()
    case .copyID: return copy()
    case .fetch, .delete, .forget, .announce, .greet, .pause, .cancel, .retry: return work(intent)
    }
    return []
  }

  private mutating func moveFocus(by step: Int) {
    let order: [Pane] = showsTransfers ? [.files, .transfers, .peers, .log] : [.files, .peers, .log]
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

  private mutating func stepBack() {
    if overlay != nil {
      overlay = nil
    } else if notice != nil {
      notice = nil
    } else if !filter(focus).isEmpty {
      setFilter("", of: focus)
    } else if focus == .files, !files.marks.isEmpty {
      files.marks = []
    } else {
      maximised = false
    }
  }

  private mutating func sortByNext() {
    switch focus {
    case .files:
      let all = FileQuery.Sort.allCases
      files.query.sort = all[(all.firstIndex(of: files.query.sort)! + 1) % all.count]
    case .peers:
      let all = PeersList.Sort.allCases
      peers.sort = all[(all.firstIndex(of: peers.sort)! + 1) % all.count]
    case .log:
      let all = LogLevel.allCases
      log.level = all[(all.firstIndex(of: log.level)! + 1) % all.count]
    case .transfers: break
    }
    collect()
  }

  private mutating func reverse() {
    if focus == .files { files.query.descending.toggle() }
    if focus == .peers { peers.descending.toggle() }
    collect()
  }

  private mutating func mark() {
    guard case .file(let ref)? = selection(.files) else { return }
    if files.marks.remove(ref) == nil { files.marks.insert(ref) }
    select(row(.files) + 1, in: .files)
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
    say("Copied: \(Visible.text(text, limit: 200))")
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
      lines: ["\(Format.count(running)) \(are) not finished.", "Quit all the same?"])
    return []
  }

  /// Keys of an overlay; `false` if it has no use for one and closes.
  private mutating func readOverlay(_ key: Key) -> Bool {
    let page = max(1, size.height - 6)
    switch key {
    case .up, .character("k"): overlay?.scroll -= 1
    case .down, .character("j"): overlay?.scroll += 1
    case .pageUp, .control("b"): overlay?.scroll -= page
    case .pageDown, .control("f"), .character(" "): overlay?.scroll += page
    case .home, .character("g"): overlay?.scroll = 0
    case .end, .character("G"): overlay?.scroll = Int.max / 2
    case .escape, .enter, .character("q"), .character("?"), .function(1), .control("c"): overlay = nil
    default:
      overlay = nil
      return false
    }
    let most = OverlayView.mostScroll(self)
    if let scroll = overlay?.scroll { overlay?.scroll = max(0, min(scroll, most)) }
    return true
  }
}
