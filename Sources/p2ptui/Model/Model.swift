import PeerCore

/// All state of the screen. Pure: `update` is the only way in, `Views` the only way out, and whatever
/// needs the world is asked for as a `Request`.
struct Model: Sendable {
  /// Milliseconds in which a deletion can be undone.
  static let undoTime: Int64 = 5_000
  /// How long a notice stays, in milliseconds; errors stay longer, because they need to be read.
  static let noticeTime: Int64 = 5_000
  static let errorTime: Int64 = 12_000
  /// News waits for so long before it takes the place of another notice (milliseconds).
  static let readingTime: Int64 = 2_000
  /// Files are put in order again at most so often, and not while keys were pressed so lately
  /// (milliseconds): a row does not move under the finger.
  static let resortInterval: Int64 = 400
  static let quietTime: Int64 = 400
  /// Who never stops pressing keys still sees what is new, after so long.
  static let longestStale: Int64 = 2_000

  let keys: KeyTable
  let symbols: Symbols
  /// Seconds that the local time is ahead of UTC.
  let utcOffset: Int
  /// After how many milliseconds of silence a peer is dropped.
  let peerTimeout: Int64
  /// Whether the terminal may pass a text on to the user's clipboard.
  let hasClipboard: Bool
  /// Whether the mouse is told of.
  let hasMouse: Bool

  var size: Size
  var layout: Layout?
  /// The uptime, in milliseconds, of the latest action, and of the newest snapshot's arrival.
  var now: Int64 = 0
  var arrived: Int64 = 0
  var lastKey: Int64 = -1_000

  var snapshot: Snapshot
  /// Running and waiting downloads by file: what the files pane shows of them.
  var downloads: [FileID: TransferView] = [:]
  /// The transfers that run; a handful of them.
  var active: [TransferView] = []

  var focus = Pane.files {
    didSet {
      // Whoever looks elsewhere sees what runs, which is at the top.
      if oldValue == .transfers, focus != oldValue { cursors[.transfers]?.scroll(to: 0) }
    }
  }
  var maximised = false
  /// Transfers are shown though there are none.
  var transfersPinned = false
  var files = FilesList()
  var peers = PeersList()
  var log = LogList()
  var transfers = TransfersList()
  /// Where one is in each pane.
  var cursors: [Pane: ListCursor] = [:]

  /// The last text by which each pane was filtered.
  var searched: [Pane: String] = [:]
  /// Panes in which one goes from match to match, without a filter.
  var searches: Set<Pane> = []
  /// What was clicked last, and when: the same again within a moment opens it.
  var clicked: (subject: Subject, at: Int64)?

  var prompt: Prompt?
  var dialog: Dialog?
  var overlay: Overlay?
  var notice: Notice?
  /// The newest thing to tell once the notice that is shown was read.
  var news: Notice?
  var pendingDeletes: [PendingDelete] = []
  var histories: [HistoryKind: History]
  /// The command line that was run last.
  var ran = ""
  /// Tells the answer to a completion from that to an earlier one.
  var ticket = 0

  init(
    snapshot: Snapshot, size: Size, keys: KeyTable = KeyTable(), symbols: Symbols = .unicode,
    utcOffset: Int = 0, peerTimeout: Int64 = 60_000, hasClipboard: Bool = true,
    hasMouse: Bool = true, histories: [HistoryKind: [String]] = [:]
  ) {
    self.snapshot = snapshot
    self.size = size
    self.keys = keys
    self.symbols = symbols
    self.utcOffset = utcOffset
    self.peerTimeout = peerTimeout
    self.hasClipboard = hasClipboard
    self.hasMouse = hasMouse
    self.histories = histories.mapValues(History.init)
    take(snapshot)
    settle()
  }

  /// The peer's uptime now, going on from the newest snapshot.
  var uptime: Int64 { snapshot.taken.uptime + (now - arrived) }
  var wall: Int64 { snapshot.taken.wall + (now - arrived) }

  var showsTransfers: Bool { transfersPinned || !snapshot.transfers.isEmpty || focus == .transfers }

  /// After how many milliseconds the next `tick` is due.
  var wakeAfter: Int64 {
    // Ages of peers and waits of transfers are told in seconds; those of files can wait longer.
    let isTimed = !snapshot.peers.isEmpty || snapshot.transfers.contains { !$0.state.isOver }
    var wait: Int64 = isTimed ? 1_000 : snapshot.files.count == 0 ? 60_000 : 5_000
    if !pendingDeletes.isEmpty { wait = min(wait, 1_000) }
    if let notice { wait = min(wait, notice.until - now) }
    if let notice, news != nil { wait = min(wait, notice.since + Self.readingTime - now) }
    for pending in pendingDeletes { wait = min(wait, pending.due - now) }
    if files.needsSort(of: snapshot.filesRevision) { wait = min(wait, 100) }
    return max(10, wait)
  }
}

/// The files pane's state.
struct FilesList: Sendable {
  /// What is wanted; `order` follows it.
  var query = FileQuery()
  var order = FileOrder()
  /// An order is being made.
  var isSorting = false
  /// When the last one came.
  var sortedAt: Int64 = -100_000
  /// Since when the table has been ahead of the order.
  var staleSince: Int64?
  var marks: Set<FileRef> = []
  /// Rows are being marked from here on.
  var range: MarkRange?
  /// The file that was heard of last stays selected, until one moves.
  var follows = false

  /// What can be sorted by, in the order of the screen's columns.
  static let columns: [FileQuery.Sort] = [.state, .name, .size, .holders, .time, .owner, .id]

  func needsSort(of revision: UInt64) -> Bool {
    !isSorting && (order.revision != revision || order.query != query)
  }
}

/// Marks that follow the selection: what was marked before, and all from the anchor to the selected row.
struct MarkRange: Sendable {
  var anchor: FileRef
  var before: Set<FileRef>
}

/// The peers pane's state.
struct PeersList: Sendable {
  /// In the order of the screen's columns.
  enum Sort: String, Sendable, CaseIterable { case id, seen, files, address, failures, down, up }

  var sort = Sort.id
  var descending = false
  var filter = ""
  /// The peers that match, in order.
  var rows: [PeerHandle] = []
}

/// The log pane's state.
struct LogList: Sendable {
  /// Less serious lines are not shown.
  var level = LogLevel.debug
  var filter = ""
  /// The lines that match, as indices into the snapshot's log.
  var rows: [Int] = []
  /// The newest line stays in view; moving up ends that, and the last row begins it again.
  var follows = true
}

/// The transfers pane's state.
struct TransfersList: Sendable {
  var filter = ""
  /// The transfers that match, as indices into the snapshot's.
  var rows: [Int] = []
}
