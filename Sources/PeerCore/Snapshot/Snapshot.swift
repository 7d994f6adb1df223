/// Everything that the screen, the page and the headless answers show, at one instant. It is a value: whoever holds one
/// cannot disturb the peer, and it could just as well have come over a socket.
public struct Snapshot: Sendable, Codable {
  /// Who and where this peer is.
  public var me: LocalPeer
  /// When it was taken.
  public var taken: Moment
  /// Grows with every change. Snapshots of equal revisions differ in `taken` at most.
  public var revision: UInt64
  /// The tracked peers, by rising handle.
  public var peers: [PeerView]
  /// Every file in the catalogue.
  public var files: FileTable
  /// Grows when any record of `files` changes, so that a sorted or filtered list has to be made anew only then.
  public var filesRevision: UInt64
  /// How many of `files` are here.
  public var filesLocal: Int
  /// Downloads in the order of the queue, then uploads, then those of both that have ended lately.
  public var transfers: [TransferView]
  /// The newest lines of the log, the oldest of them first; `Limits.logLines` at most.
  public var log: [LogEntry]
  /// Bytes of files received since the start, those of running transfers included.
  public var bytesReceived: UInt64
  /// Bytes of files sent since the start, counted in the same way.
  public var bytesSent: UInt64
  /// The bound of all downloads together, in bytes a second; `nil` is no bound.
  public var limitDown: UInt64?
  /// The bound of all uploads together, in bytes a second; `nil` is no bound.
  public var limitUp: UInt64?
  /// How many downloads may run at once.
  public var slotsDown: Int
  /// How many uploads may run at once.
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

  /// A tracked peer; `nil` if it is not tracked any longer. Takes logarithmic time.
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
