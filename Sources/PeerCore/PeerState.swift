import DequeModule
import OrderedCollections

/// The whole peer without the world around it: all of its state, changed only by `step`.
///
/// It is deterministic: the same events at the same moments, from the same seed, give the same effects in every
/// process. Time comes in with each event and randomness from the seed, and nothing is iterated in the order of hashes
/// where that could be seen from outside.
public struct PeerState: Sendable {
  /// Who this peer is, and what others may call the place where it is.
  public struct Identity: Sendable {
    /// `<peer_id>` of the command line.
    public var peerID: PeerID
    /// Where others are told to reach it.
    public var endpoint: Endpoint
    /// The numeric addresses of this machine at which the listener can be reached.
    public var addresses: Set<String>

    public init(peerID: PeerID, endpoint: Endpoint, addresses: Set<String>) {
      self.peerID = peerID
      self.endpoint = endpoint
      self.addresses = addresses
    }
  }

  let me: Identity
  let settings: Settings
  let limits: Limits
  var random: RandomSource
  var now = Moment(uptime: 0, wall: 0)
  /// What the present step wants done, so far.
  var effects: [Effect] = []

  var membership = Membership()
  var seenGossip: DuplicateCache
  var outbox: Outbox
  var bootstrap = Bootstrap()
  /// Host names that are being resolved.
  var resolving: Set<String> = []
  var cachedReply: (revision: UInt64, bytes: [UInt8])?
  /// Host names that turned out to mean this very peer.
  var ownAliases: Set<String> = []
  /// Whether the log has said that somebody else uses our id.
  var toldStolenID = false

  var catalogue: Catalogue
  /// Files whose deletion was interrupted by a crash. The start finishes it.
  var leftovers: [StoredFile] = []
  /// The queue of downloads as storage has remembered it. The start takes it over.
  var wantedAtStart: [WantedFile] = []
  var waitingDeletes: [(delete: Delete, from: String, host: String)] = []

  var downloads = DownloadTable()
  /// Which file each attempt, and each request for a block list, is for.
  var attempts: [AttemptID: FileID] = [:]
  /// Whether a download may begin, or a holder may have nothing left to do.
  var isSchedulingDue = false
  /// How many downloads may run at once.
  var slotsDown: Int
  /// How many uploads may run at once.
  var slotsUp: Int
  /// The bound of all downloads together, in bytes a second; `nil` is no bound.
  public internal(set) var limitDown: UInt64?
  /// The bound of all uploads together, in bytes a second; `nil` is no bound.
  public internal(set) var limitUp: UInt64?
  var uploads: OrderedDictionary<UploadID, Upload> = [:]
  /// Received files that storage is moving into `files/`, with the entries that they get there.
  var keeping: [ArrivalID: FileEntry] = [:]
  /// Files that arrive unasked, with the `uptime` until which their downloads wait for that.
  var arriving: [FileID: Int64] = [:]
  /// Transfers that have ended lately, the oldest first.
  var ended: Deque<TransferView> = []
  var lastTransferNumber: UInt64 = 0
  var autoFetch = AutoFetch.notStarted
  /// Bytes of files received since the start.
  public internal(set) var bytesReceived: UInt64 = 0
  /// Bytes of files sent since the start.
  public internal(set) var bytesSent: UInt64 = 0

  /// The `uptime` of our next round of GOSSIP.
  var nextGossip: Int64 = .max
  /// The `uptime` of the next search for silent peers.
  var nextCleanup: Int64 = .max
  /// The `uptime` at which the log last said how much gossip was dropped.
  var toldDropped: Int64 = 0

  var logBudget: LogBudget
  /// Whether what is being handled was caused by others.
  var isLogBounded = false

  /// - Parameters:
  ///   - me: who and where this peer is.
  ///   - settings: what the user has chosen.
  ///   - limits: the bounds of the protocol.
  ///   - remembered: what storage has remembered of earlier runs.
  ///   - seed: what every random choice follows from.
  public init(
    me: Identity, settings: Settings, limits: Limits = Limits(), remembered: Remembered = Remembered(),
    seed: UInt64
  ) {
    self.me = me
    self.settings = settings
    self.limits = limits
    slotsDown = settings.downloads
    slotsUp = settings.uploads
    limitDown = settings.limitDown
    limitUp = settings.limitUp
    random = RandomSource(seed: seed)
    seenGossip = DuplicateCache(limits: limits)
    outbox = Outbox(limits: limits)
    logBudget = LogBudget(limits: limits)
    catalogue = Catalogue(limits: limits, owner: me.peerID)
    for tombstone in remembered.tombstones { _ = catalogue.bury(tombstone) }
    for file in remembered.files {
      if catalogue.tombstones[file.entry.id] == nil {
        _ = catalogue.restore(file)
      } else {
        leftovers.append(file)
      }
    }
    wantedAtStart = remembered.wanted
  }

  /// Takes in one event, and returns what has to be done, in order.
  ///
  /// - Parameters:
  ///   - event: what has happened.
  ///   - now: when it is handled. Its `uptime` is never less than in an earlier step.
  public mutating func step(_ event: Event, at now: Moment) -> [Effect] {
    self.now = now
    isLogBounded = event.isCausedByOthers
    handle(event)
    runTimers()
    isLogBounded = event.isCausedByOthers
    if event.changesWhatCanBeFetched { isSchedulingDue = true }
    startDownloads()
    startUploads()
    let evicted = catalogue.takeEvicted()
    if !evicted.isEmpty {
      log(.warning, "the catalogue is full: \(evicted.count) files without a holder made room")
      persist(evicted.map { .remove($0) })
    }
    defer { effects = [] }
    return effects
  }

  private mutating func handle(_ event: Event) {
    switch event {
    case .started: start()
    case .tick: break
    case .received(let message, let address, let connection):
      receive(message, from: address, on: connection)
    case .pushBegan(let file): beginPush(file)
    case .pushEnded(let file): arriving[file] = nil
    case .pushed(let file, let address): receivePush(file, from: address)
    case .sent(let endpoint): noteReachable(endpoint)
    case .sendFailed(let endpoint, let reason): noteUnreachable(endpoint, reason)
    case .resolved(let host, let addresses): noteResolved(host, addresses)
    case .command(let command, let request): carryOut(command, request)
    case .opened(let file, let size, let here): continueDownload(file, size: size, here: here)
    case .openFailed(let file, let failure): failOpening(file, failure)
    case .fetchProgress(let attempt, let position, let size):
      noteProgress(attempt, position: position, size: size)
    case .fetched(let attempt, let data, let end): finishAttempt(attempt, data, end: end)
    case .fetchFailed(let attempt, let failure): failAttempt(attempt, failure)
    case .blocksFetched(let attempt, let list): takeBlockList(attempt, list)
    case .verified(let id, let file): takeVerified(id, file)
    case .verifyFailed(let id, let failure): failVerifying(id, failure)
    case .blocksChecked(let id, let wrong): takeChecked(id, wrong: wrong)
    case .uploadProgress(let upload, let bytes): noteProgress(upload, bytes)
    case .uploadEnded(let upload, let failure): endUpload(upload, failure)
    case .kept(let arrival, let copy): finishKeeping(arrival, copy)
    case .keepFailed(let arrival, let failure): failKeeping(arrival, failure)
    case .imported(let request, let entry, let copy): finishImport(request, entry, copy)
    case .importFailed(let request, let reason): answer(request, .failed(reason))
    case .scanned(let found, let gone): takeScan(found: found, gone: gone)
    }
  }

  private mutating func receive(_ message: Message, from address: String, on connection: ConnectionID) {
    switch message {
    case .gossip(let gossip): receive(gossip, from: address)
    case .gossipReply(let reply): receive(reply, from: address)
    case .announce(let announce): receive(announce)
    case .getFile(let request): receive(request, from: address, on: connection)
    case .delete(let delete): receive(delete, from: address)
    case .getBlocks(let request): receive(request, from: address, on: connection)
    case .blocks: log(.debug, "\(address) sent a list of blocks that nobody asked for")
    case .fileData: log(.debug, "\(address) sent a FILE_DATA that says it has no file")
    case .unknown(let type):
      log(.info, "\(address) sent a message of unknown type \(quoted(type ?? "")), ignored")
    case .invalid(let type, let why):
      log(.warning, "\(address) sent a \(type.rawValue) with \(why), ignored")
    }
  }

  // MARK: Time

  private mutating func start() {
    finishDeletions()
    restoreQueue(wantedAtStart)
    wantedAtStart = []
    nextGossip = now.uptime + settings.gossipInterval
    nextCleanup = now.uptime + settings.cleanupInterval
    autoFetch = settings.autoFetch > 0 ? .waiting(until: now.uptime + settings.syncDelay) : .done
    startBootstrap()
  }

  private mutating func runTimers() {
    if now.uptime >= nextCleanup {
      nextCleanup = now.uptime + settings.cleanupInterval
      dropSilentPeers()
    }
    if now.uptime >= nextGossip {
      nextGossip = now.uptime + settings.gossipInterval
      gossipToRandomPeers()
    }
    runBootstrap()
    forgetSlowPushes()
    runAutoFetch()
    wakeDownloads()
    forgetEndedTransfers()
    releaseAnswers()
  }

  /// The `uptime` at which `step` has to be called again at the latest; `Int64.max` if nothing is due.
  public var nextDeadline: Int64 {
    // While nobody is tracked, nobody is dropped or greeted: a peer that is alone need not wake for that.
    var deadline = membership.isEmpty ? .max : min(nextGossip, nextCleanup)
    deadline = min(deadline, bootstrap.next ?? bootstrap.nextReunion ?? .max)
    deadline = min(deadline, outbox.nextRelease(after: now.uptime) ?? .max)
    if case .waiting(let until) = autoFetch, until > now.uptime { deadline = min(deadline, until) }
    if let until = arriving.values.min() { deadline = min(deadline, until) }
    if let first = ended.first?.ended { deadline = min(deadline, first + limits.endedTransferAge) }
    for id in downloads.files(.waiting) {
      if case .waiting(let until)? = downloads[id]?.state { deadline = min(deadline, until) }
    }
    return deadline
  }

  /// Whether a download is being fetched, verified or kept.
  public var isDownloading: Bool { !downloads.files(.running).isEmpty || !downloads.files(.ending).isEmpty }

  /// How many replies and forwards wait for their turn (PROTOCOL.md, "Protection").
  public var waitingAnswers: Int { outbox.waiting }
}
