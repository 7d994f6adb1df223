import PeerCore

extension Model {
  /// Takes in what happened at an uptime (milliseconds), and says what is to be done about it.
  mutating func update(_ action: Action, at time: Int64) -> [Request] {
    now = max(now, time)
    var requests: [Request] = []
    switch action {
    case .key(let key):
      beginTurn()
      requests = press(key)
      hold(focus)
    case .mouse(let deed, let target):
      beginTurn()
      requests = point(deed, at: target)
      hold(focus)
    case .resize(let size): self.size = size
    case .snapshot(let snapshot):
      requests = announceEndedDownloads(in: snapshot)
      take(snapshot)
    case .tick: break
    case .sorted(let order): take(order)
    case .replies(let replies): tell(replies)
    case .output(let output): requests = show(output)
    case .completions(let ticket, let completions):
      if ticket == self.ticket { requests = take(completions) }
    }
    requests += whatIsDue()
    settle()
    if case .sorted = action { extendRange() }
    return requests
  }

  /// The user is about to do something in the focused pane.
  private mutating func beginTurn() {
    lastKey = now
    hold(focus)
  }

  mutating func take(_ snapshot: Snapshot) {
    self.snapshot = snapshot
    arrived = now
    if files.order.revision != snapshot.filesRevision { files.staleSince = files.staleSince ?? now }
    active = snapshot.transfers.filter { $0.state == .active }
    downloads = [:]
    for transfer in snapshot.transfers where transfer.direction == .down && transfer.state != .done {
      downloads[transfer.file] = transfer
    }
    collect(keepsOrder: !isQuiet)
  }

  /// No key was pressed lately.
  private var isQuiet: Bool { now - lastKey >= Self.quietTime }

  private mutating func take(_ order: FileOrder) {
    let isFiltered = order.query.text != files.order.query.text
    files.order = order
    files.isSorting = false
    files.sortedAt = now
    files.staleSince = order.revision == snapshot.filesRevision ? nil : now
    if !files.marks.isEmpty { files.marks = files.marks.filter { snapshot.file($0) != nil } }
    // A filter that hides the selected file leads to the first of those that match.
    if isFiltered, let selected = selection(.files), row(of: selected) == nil { select(0, in: .files) }
    selectNewest()
  }

  mutating func say(_ text: String, isError: Bool = false) {
    notice = Notice(
      text: text, isError: isError, since: now, until: now + (isError ? Self.errorTime : Self.noticeTime))
  }

  /// News that nobody asked for: an answer to the user is not taken away before it can be read.
  private mutating func tellNews(_ text: String, isError: Bool = false) {
    news = Notice(text: text, isError: isError, since: now, until: now)
    showNews()
  }

  private mutating func showNews() {
    guard let news, notice.map({ now - $0.since >= Self.readingTime }) ?? true else { return }
    self.news = nil
    say(news.text, isError: news.isError)
  }

  /// What leaving has to do before: a deletion that waits for its time is sent.
  mutating func leave(_ way: Leave) -> [Request] {
    let deletes = pendingDeletes.flatMap { $0.files.map { Command.delete($0.id) } }
    pendingDeletes = []
    return (deletes.isEmpty ? [] : [.submit(deletes)]) + [.leave(way)]
  }

  private mutating func whatIsDue() -> [Request] {
    var requests: [Request] = []
    if let notice, notice.until <= now { self.notice = nil }
    showNews()
    let due = pendingDeletes.filter { $0.due <= now }
    if !due.isEmpty {
      pendingDeletes.removeAll { $0.due <= now }
      requests.append(.submit(due.flatMap { $0.files.map { .delete($0.id) } }))
    }
    if shouldSort {
      files.isSorting = true
      requests.append(
        .sort(
          FileSort(
            query: files.query, files: snapshot.files, peers: snapshot.peers,
            revision: snapshot.filesRevision)))
    }
    return requests
  }

  private var shouldSort: Bool {
    guard files.needsSort(of: snapshot.filesRevision) else { return false }
    if files.order.query != files.query || files.order.revision == nil { return true }
    // A costly order is made less often, so that it takes a fifth of one core at most.
    let interval = max(Self.resortInterval, files.order.cost * 5)
    guard now - files.sortedAt >= interval else { return false }
    return isQuiet || now - (files.staleSince ?? now) >= Self.longestStale
  }

  private mutating func announceEndedDownloads(in new: Snapshot) -> [Request] {
    func over(_ snapshot: Snapshot) -> [TransferView] {
      snapshot.transfers.filter { $0.direction == .down && $0.state.isOver }
    }
    let known = Set(over(snapshot).map(\.number))
    let ended = over(new).filter { !known.contains($0.number) }
    guard let last = ended.last else { return [] }
    let others = ended.count > 1 ? " and \(ended.count - 1) more" : ""
    let name = Visible.text(last.fileName, limit: 80)
    if last.state == .done {
      tellNews("Fetched \(name)\(others).")
    } else {
      let reason = last.error.map { ": " + Visible.text($0, limit: 200) } ?? "."
      tellNews("Could not fetch \(name)\(others)\(reason)", isError: true)
    }
    return [.bell]
  }

  private mutating func tell(_ replies: [CommandReply]) {
    let failures = replies.filter { !$0.isDone }
    guard let first = failures.first ?? replies.last else { return }
    let text = Visible.text(first.text)
    if replies.count == 1 {
      say(text, isError: !first.isDone)
    } else if failures.isEmpty {
      say("\(Units.count(replies.count)) done; the last: \(text)")
    } else {
      let done = replies.count - failures.count
      say("\(Units.count(done)) done, \(Units.count(failures.count)) refused: \(text)", isError: true)
    }
  }

  private mutating func show(_ output: CommandOutput) -> [Request] {
    if let leave = output.leave { return self.leave(leave) }
    notice = nil
    if output.lines.count == 1, CellWidth.of(output.lines[0]) <= size.width - 4 {
      say(output.lines[0], isError: output.failed)
    } else if !output.lines.isEmpty {
      overlay = Overlay(content: .output(of: ran, output.lines))
    }
    return []
  }
}
