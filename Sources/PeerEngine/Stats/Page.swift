import Mustache
import PeerCore

/// What the page shows, in words: the template only puts them into place. Every text has gone through `Visible`, and
/// the template escapes all of them.
struct Page {
  /// How many peers and transfers the page shows: a few screens of them. The API has them all.
  static let peers = 200
  static let transfers = 100
  static let logLines = 30

  struct Peer {
    /// `key` names the row for as long as it is shown, here and below.
    let key, id, address, seen, iso, files, failures: String
    let isFailing: Bool
  }
  struct File {
    let id, short, name, size, owner, time, holders, state, stateClass: String
    let isShared: Bool
  }
  struct Transfer {
    /// `done` says how far it is; `pace` how fast it is, and how long it will still take.
    let key, direction, name, peer, holders, state, stateClass, done, pace, percent, tries, error: String
    let hasTotal, hasError: Bool
  }
  struct Line { let key, time, iso, level, text: String }
  /// A column by which files can be sorted.
  struct Column { let title, href, sorted, mark, style: String }

  let title, peerID, address, version, uptime: String
  let received, sent: String
  let chart: RateChart
  let peerCount, fileCount, localCount, transferCount: String
  let refreshes: Bool
  let refreshHref, searchHref, clearHref, query, sort, order: String
  let hasQuery: Bool
  let columns: [Column]
  let files: [File]
  let hasFiles: Bool
  let range: String
  let firstHref, previousHref, nextHref, lastHref: String
  let hasPrevious, hasNext, hasPages: Bool
  let peers: [Peer]
  let hasPeers: Bool
  let morePeers, moreTransfers: String
  let hasMorePeers, hasMoreTransfers: Bool
  let transfers: [Transfer]
  let hasTransfers: Bool
  let log: [Line]
  let styleHref = Asset.style.href, scriptHref = Asset.script.href

  /// - Parameters:
  ///   - snapshot: what is shown.
  ///   - query: what its reader has asked for.
  ///   - slots: all files that match the query, in order.
  ///   - rates: bytes a second over the last 10 minutes.
  ///   - isSharing: whether local files can be downloaded from the page.
  init(
    _ snapshot: Snapshot, _ query: ListQuery, slots: [FileTable.Slot],
    rates: (received: [Double], sent: [Double]), isSharing: Bool
  ) {
    let me = snapshot.me
    peerID = Visible.text(me.peerID.text, limit: 255)
    title = "\(peerID) · p2ptui"
    address = Visible.text(me.endpoint.description, limit: 255)
    version = me.version
    uptime = Units.duration(snapshot.uptimeSeconds)
    received = Units.bytes(snapshot.bytesReceived)
    sent = Units.bytes(snapshot.bytesSent)
    chart = RateChart(rates, receivedNow: snapshot.rate(.down), sentNow: snapshot.rate(.up))
    peerCount = Units.count(snapshot.peers.count)
    fileCount = Units.count(snapshot.files.count)
    localCount = Units.count(snapshot.filesLocal)
    transferCount = Units.count(snapshot.openTransfers)

    refreshes = query.refreshes
    refreshHref = query.with { $0.refreshes.toggle() }.href
    searchHref = query.with { $0.refreshes = false }.href + "#q"
    clearHref = query.with { ($0.files.text, $0.offset, $0.refreshes) = ("", 0, true) }.href
    self.query = Visible.text(query.files.text)
    hasQuery = !query.files.text.isEmpty
    sort = query.files.sort.rawValue
    order = query.files.descending ? "desc" : "asc"
    columns = Self.columns(query)

    let shown = slots.dropFirst(query.offset).prefix(query.limit)
    files = shown.compactMap { snapshot.files[$0] }.map { File($0, isSharing: isSharing) }
    hasFiles = !files.isEmpty
    let total = Units.count(slots.count)
    range =
      files.isEmpty
      ? "0 of \(total)"
      : "\(Units.count(query.offset + 1))–\(Units.count(query.offset + files.count)) of \(total)"
    hasPrevious = query.offset > 0
    hasNext = query.offset + shown.count < slots.count
    hasPages = hasPrevious || hasNext
    let lastPage = max(0, (slots.count - 1) / query.limit * query.limit)
    firstHref = query.with { $0.offset = 0 }.href
    lastHref = query.with { $0.offset = lastPage }.href
    previousHref = query.with { $0.offset = max(0, min($0.offset - $0.limit, lastPage)) }.href
    nextHref = query.with { $0.offset += $0.limit }.href

    peers = snapshot.peers.prefix(Self.peers).map { Peer($0, snapshot) }
    hasPeers = !peers.isEmpty
    hasMorePeers = snapshot.peers.count > Self.peers
    morePeers = Units.count(max(0, snapshot.peers.count - Self.peers))
    transfers = snapshot.transfers.prefix(Self.transfers).map { Transfer($0) }
    hasTransfers = !transfers.isEmpty
    hasMoreTransfers = snapshot.transfers.count > Self.transfers
    moreTransfers = Units.count(max(0, snapshot.transfers.count - Self.transfers))
    log = snapshot.log.suffix(Self.logLines).reversed().map { Line($0) }
  }

  /// The head of a column links to the files sorted by it or, if they already are, sorted the other way round.
  private static func columns(_ query: ListQuery) -> [Column] {
    let all: [(FileQuery.Sort, title: String, style: String)] = [
      (.state, "State", ""), (.name, "Name", ""), (.size, "Size", "number"), (.owner, "Owner", "wide"),
      (.time, "Time (UTC)", "wide"), (.holders, "Holders", "number wide"),
    ]
    return all.map { sort, title, style in
      let isSorted = query.files.sort == sort
      let descends = query.files.descending
      let turned = query.with {
        $0.offset = 0
        $0.files.descending = isSorted && !descends
        $0.files.sort = sort
      }
      return Column(
        title: title, href: turned.href + "#files",
        sorted: isSorted ? (descends ? "descending" : "ascending") : "none",
        mark: isSorted ? (descends ? "▼" : "▲") : "", style: style)
    }
  }
}

extension Page.Peer {
  init(_ peer: PeerView, _ snapshot: Snapshot) {
    let seconds = snapshot.lastSeenSeconds(peer)
    self.init(
      key: "\(peer.handle.number)", id: Visible.text(peer.id.text, limit: 80),
      address: Visible.text(peer.endpoint.description, limit: 80),
      seen: "\(Units.duration(seconds)) ago", iso: "PT\(Int(seconds))S",
      files: Units.count(peer.files), failures: "\(Units.count(peer.failures, "failure")) in a row",
      isFailing: peer.failures > 0)
  }
}

extension Page.File {
  init(_ file: FileRecord, isSharing: Bool) {
    let entry = file.entry
    let states: [FileRecord.State: String] = [.local: "here", .unavailable: "no holder"]
    self.init(
      id: entry.id.hex, short: entry.id.short,
      name: entry.name.isEmpty ? "(no name)" : Visible.text(entry.name, limit: 255),
      size: file.size.map(Units.bytes) ?? "unknown", owner: Visible.text(entry.owner, limit: 80),
      time: Self.time(entry), holders: Units.count(file.holders.count),
      state: states[file.state] ?? file.state.rawValue, stateClass: file.state.rawValue,
      isShared: isSharing && file.copy != nil)
  }

  /// A timestamp may be anything that somebody wrote. One that is no date is shown as it is.
  private static func time(_ entry: FileEntry) -> String {
    guard let seconds = entry.timestampSeconds, (0..<253_402_300_800).contains(seconds) else {
      return entry.timestamp.isNull ? "" : Visible.text(entry.timestamp.text, limit: 40)
    }
    let time = UTCTime(milliseconds: Int64(seconds * 1000))
    return "\(time.date) \(time.clock)"
  }
}

/// The template engine would otherwise find the fields by reflection, which for the many rows of files would take most
/// of the time that a page takes.
extension Page.File: MustacheParent {
  func child(named name: String) -> Any? {
    switch name {
    case "id": id
    case "short": short
    case "name": self.name
    case "size": size
    case "owner": owner
    case "time": time
    case "holders": holders
    case "state": state
    case "stateClass": stateClass
    case "isShared": isShared
    default: nil
    }
  }
}

extension Page.Transfer {
  init(_ transfer: TransferView) {
    let rate = transfer.state == .active ? [Units.rate(transfer.rate)] : []
    let left = transfer.secondsLeft.map { ["\(Units.duration($0)) left"] } ?? []
    self.init(
      key: "\(transfer.number)", direction: transfer.direction == .down ? "download" : "upload",
      name: Visible.text(transfer.fileName, limit: 255), peer: Visible.text(transfer.peer ?? "", limit: 80),
      holders: transfer.holders > 1 ? "and \(transfer.holders - 1) more" : "",
      state: transfer.state.rawValue, stateClass: transfer.state.rawValue,
      done: transfer.total == nil && transfer.bytes == 0 ? "" : transfer.progress,
      pace: (rate + left).joined(separator: ", "), percent: "\(transfer.percent ?? 0)",
      tries: "\(transfer.tries)",
      error: Visible.text(transfer.error ?? "", limit: 300), hasTotal: transfer.total != nil,
      hasError: transfer.error != nil)
  }
}

extension Page.Line {
  init(_ entry: LogEntry) {
    let time = UTCTime(milliseconds: entry.time)
    self.init(
      key: "\(entry.seq)", time: time.clock, iso: time.iso8601, level: entry.level.rawValue,
      text: Visible.text(entry.text, limit: 1000))
  }
}

/// What the page of a `Problem` shows.
struct ProblemPage {
  let title, detail: String
  let styleHref = Asset.style.href

  init(_ problem: Problem) {
    title = "\(problem.status.code) \(problem.status.reasonPhrase)"
    detail = problem.detail
  }
}
