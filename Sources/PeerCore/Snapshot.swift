/// Everything that the screen, the page and the headless answers show, at one instant. A value: nobody who
/// holds one can disturb the peer, and it could as well have come over a socket.
public struct Snapshot: Sendable, Codable {
  /// Who and where this peer is.
  public var me: LocalPeer
  /// When it was taken.
  public var taken: Moment
  /// Grows with every change; equal revisions are equal snapshots but for `taken`.
  public var revision: UInt64
  /// By handle, rising.
  public var peers: [PeerView]
  /// Every file that is known.
  public var files: FileTable
  /// Grows when any record of `files` changes; who sorts or filters can wait for that.
  public var filesRevision: UInt64
  /// How many of `files` are here.
  public var filesLocal: Int
  /// Running and waiting ones in the order of the queue, then those that ended lately.
  public var transfers: [TransferView]
  /// The newest lines, oldest first (`Limits.logLines` at most).
  public var log: [LogEntry]
  /// Bytes of files since the start, those of running transfers too.
  public var bytesReceived: UInt64
  /// Those that were sent, counted in the same way.
  public var bytesSent: UInt64
  /// Bytes a second over all transfers of a direction; `nil` is no bound.
  public var limitDown: UInt64?
  /// Of all uploads.
  public var limitUp: UInt64?
  /// Transfers of a direction that run at once.
  public var slotsDown: Int
  /// Uploads.
  public var slotsUp: Int

  public init(
    me: LocalPeer, taken: Moment, revision: UInt64 = 0, peers: [PeerView] = [],
    files: FileTable = FileTable(), filesRevision: UInt64 = 0, filesLocal: Int = 0,
    transfers: [TransferView] = [], log: [LogEntry] = [], bytesReceived: UInt64 = 0,
    bytesSent: UInt64 = 0, limitDown: UInt64? = nil, limitUp: UInt64? = nil, slotsDown: Int = 3,
    slotsUp: Int = 16
  ) {
    self.me = me
    self.taken = taken
    self.revision = revision
    self.peers = peers
    self.files = files
    self.filesRevision = filesRevision
    self.filesLocal = filesLocal
    self.transfers = transfers
    self.log = log
    self.bytesReceived = bytesReceived
    self.bytesSent = bytesSent
    self.limitDown = limitDown
    self.limitUp = limitUp
    self.slotsDown = slotsDown
    self.slotsUp = slotsUp
  }

  /// `nil` if the peer is not tracked any longer.
  public func peer(_ handle: PeerHandle) -> PeerView? {
    var low = 0
    var high = peers.count
    while low < high {
      let middle = (low + high) / 2
      if peers[middle].handle < handle { low = middle + 1 } else { high = middle }
    }
    return low < peers.count && peers[low].handle == handle ? peers[low] : nil
  }

  /// Bytes a second over all running transfers of a direction, smoothed.
  public func rate(_ direction: TransferView.Direction) -> Double {
    transfers.reduce(0) { $1.direction == direction && $1.state == .active ? $0 + $1.rate : $0 }
  }
}

/// Who and where this peer is.
public struct LocalPeer: Sendable, Codable, Equatable {
  /// `<peer_id>` of the command line.
  public var peerID: PeerID
  /// What others are told: `<host>` of the command line and the port that is listened on.
  public var endpoint: Endpoint
  /// The page's address, such as `http://localhost:8041/`; `nil` with `--no-http`.
  public var pageURL: String?
  /// The page's port; `nil` with `--no-http`.
  public var httpPort: Int?
  /// Of this program.
  public var version: String
  /// Milliseconds since 1970-01-01 UTC.
  public var started: Int64
  /// `files/`, as an absolute path.
  public var filesPath: String

  public init(
    peerID: PeerID, endpoint: Endpoint, pageURL: String? = nil, httpPort: Int? = nil,
    version: String, started: Int64, filesPath: String
  ) {
    self.peerID = peerID
    self.endpoint = endpoint
    self.pageURL = pageURL
    self.httpPort = httpPort
    self.version = version
    self.started = started
    self.filesPath = filesPath
  }
}

/// A tracked peer, as people are shown it.
public struct PeerView: Sendable, Codable, Equatable {
  /// Names the peer while it is tracked.
  public var handle: PeerHandle
  /// Its own id, or `host:port` if it told none.
  public var id: PeerID
  /// Where it listens.
  public var endpoint: Endpoint
  /// The `uptime` at which it was last heard from; its age is `taken.uptime - lastSeen` (milliseconds).
  public var lastSeen: Int64
  /// How many files it says it holds.
  public var files: Int
  /// Failures to reach it or to fetch from it in a row.
  public var failures: Int

  public init(
    handle: PeerHandle, id: PeerID, endpoint: Endpoint, lastSeen: Int64, files: Int = 0,
    failures: Int = 0
  ) {
    self.handle = handle
    self.id = id
    self.endpoint = endpoint
    self.lastSeen = lastSeen
    self.files = files
    self.failures = failures
  }
}

/// A download or an upload, as people are shown it.
public struct TransferView: Sendable, Codable, Equatable {
  /// Seen from here.
  public enum Direction: String, Sendable, Codable { case down, up }

  /// How far a transfer is.
  public enum State: String, Sendable, Codable {
    /// Waiting for its turn, or (`retryAt`) for the next try.
    case queued
    case active
    /// All bytes are there; the hash is compared and the file synced.
    case verifying
    case paused
    case failed
    case done

    /// Nothing more will happen to it by itself.
    public var isOver: Bool { self == .failed || self == .done }
  }

  /// Names the transfer for as long as it is shown.
  public var number: UInt64
  /// Whether the file comes or goes.
  public var direction: Direction
  /// What is transferred.
  public var file: FileID
  /// As the network has it: not yet made harmless.
  public var fileName: String
  /// The peer at the other end now or last; `nil` if none was chosen yet. An id, or an address.
  public var peer: String?
  /// How far it is.
  public var state: State
  /// Of the file, there or sent so far.
  public var bytes: UInt64
  /// Bytes of the file; `nil` if unknown.
  public var total: UInt64?
  /// Bytes a second, smoothed.
  public var rate: Double
  /// Holders asked so far.
  public var tries: Int
  /// Why the last try failed.
  public var error: String?
  /// The `uptime` of the next try, if one is waited for.
  public var retryAt: Int64?
  /// The `uptime` at which it ended, if it has.
  public var ended: Int64?
  /// Of a download.
  public var priority: TransferPriority
  /// Holders that give the file now; of an upload, 1.
  public var holders: Int

  public init(
    number: UInt64, direction: Direction, file: FileID, fileName: String, peer: String? = nil,
    state: State, bytes: UInt64 = 0, total: UInt64? = nil, rate: Double = 0, tries: Int = 0,
    error: String? = nil, retryAt: Int64? = nil, ended: Int64? = nil,
    priority: TransferPriority = .normal, holders: Int = 0
  ) {
    self.number = number
    self.direction = direction
    self.file = file
    self.fileName = fileName
    self.peer = peer
    self.state = state
    self.bytes = bytes
    self.total = total
    self.rate = rate
    self.tries = tries
    self.error = error
    self.retryAt = retryAt
    self.ended = ended
    self.priority = priority
    self.holders = holders
  }

  /// Of the file, there or sent so far: 0...99, and 100 only when all is; `nil` if its size is unknown.
  public var percent: Int? {
    total.map { bytes < $0 ? Int(Double(bytes) / Double($0) * 100) : 100 }
  }

  /// `42% of 1.5 MiB`, or the bytes alone if the size is unknown.
  public var progress: String {
    guard let total, let percent else { return Units.bytes(bytes) }
    return "\(percent)% of \(Units.bytes(total))"
  }

  /// Seconds to go at the present rate; `nil` if that can't be told.
  public var secondsLeft: Double? {
    guard state == .active, let total, total >= bytes, rate >= 1 else { return nil }
    return Double(total - bytes) / rate
  }
}
