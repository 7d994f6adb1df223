import DequeModule
import OrderedCollections

/// The whole peer, without the world: all state, changed only by `step`.
///
/// Deterministic: the same events at the same moments from the same seed give the same effects, in every
/// process. Time comes in with each event, randomness from the seed; nothing iterates in hash order where
/// that could be seen from outside.
public struct PeerState: Sendable {
  /// Who this peer is, and how others may write where it is.
  public struct Identity: Sendable {
    /// `<peer_id>` of the command line.
    public var peerID: PeerID
    /// What others are told.
    public var endpoint: Endpoint
    /// Numeric addresses of this machine at which the listener can be reached.
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
  /// What the present step wants done.
  var effects: [Effect] = []

  var membership = Membership()
  var seenGossip: DuplicateCache
  var outbox: Outbox
  var bootstrap = Bootstrap()
  /// Host names whose meaning was asked for.
  var resolving: Set<String> = []
  var cachedReply: (revision: UInt64, bytes: [UInt8])?
  /// Host names that turned out to mean this peer.
  var ownAliases: Set<String> = []
  /// Somebody uses our id, and the log has said so.
  var toldStolenID = false

  var catalogue: Catalogue
  /// Files whose deletion a crash interrupted, until the start finishes it.
  var leftovers: [StoredFile] = []
  /// The queue as it was remembered, until the start.
  var wantedAtStart: [WantedFile] = []
  var waitingDeletes: [(delete: Delete, from: String, host: String)] = []

  var downloads = DownloadTable()
  /// The files that attempts, and requests for block lists, are for.
  var attempts: [AttemptID: FileID] = [:]
  /// A download may begin, or a holder may have nothing to do.
  var isSchedulingDue = false
  /// Transfers that run at once, and their bytes a second.
  var slotsDown: Int
  var slotsUp: Int
  public internal(set) var limitDown: UInt64?
  public internal(set) var limitUp: UInt64?
  var uploads: OrderedDictionary<UploadID, Upload> = [:]
  /// Received files that storage is keeping, with what they become.
  var keeping: [ArrivalID: FileEntry] = [:]
  /// Files that arrive unasked, with the `uptime` until which their downloads wait for that.
  var arriving: [FileID: Int64] = [:]
  /// Transfers that ended lately, oldest first.
  var ended: Deque<TransferView> = []
  var lastTransferNumber: UInt64 = 0
  var autoFetch = AutoFetch.notStarted
  public internal(set) var bytesReceived: UInt64 = 0
  public internal(set) var bytesSent: UInt64 = 0

  var nextGossip: Int64 = .max
  var nextCleanup: Int64 = .max
  var toldDropped: Int64 = 0

  /// Lines that strangers can cause (PROTOCOL.md, "Protection").
  private var logBudget: TokenBucket
  /// What is logged now is caused by others.
  var isLogBounded = false
  private var linesLeftOut = 0

  /// - Parameters:
  ///   - me: who and where this peer is.
  ///   - settings: what the user has chosen.
  ///   - limits: the bounds of the protocol.
  ///   - remembered: by storage.
  ///   - seed: of every random choice.
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
    logBudget = TokenBucket(perSecond: limits.logLinesPerSecond, burst: limits.logBurst)
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

  /// Takes one event in and returns what has to be done, in that order.
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

  /// The `uptime` at which `step` has to be called, if nothing happens before.
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

  // MARK: Being seen

  /// What is shown of this state; the shell adds what only it knows (the log).
  public func snapshot(me: LocalPeer, revision: UInt64, log: [LogEntry]) -> Snapshot {
    Snapshot(
      me: me, taken: now, revision: revision,
      peers: membership.peers.map {
        PeerView(
          handle: $0.handle, id: $0.id, endpoint: $0.endpoint, lastSeen: $0.lastSeen,
          files: $0.held.count, failures: $0.failures)
      },
      files: catalogue.table, filesRevision: catalogue.revision, filesLocal: catalogue.local.count,
      transfers: transferViews, log: log, bytesReceived: bytesReceived, bytesSent: bytesSent,
      limitDown: limitDown, limitUp: limitUp, slotsDown: slotsDown, slotsUp: slotsUp)
  }

  /// Replies and forwards that wait for their turn (PROTOCOL.md, "Protection").
  public var waitingAnswers: Int { outbox.waiting }

  /// `nil` if no file is taken that nobody asked for (`--accept-push`).
  public var pushAllowance: PushAllowance? {
    settings.acceptPush ? PushAllowance(file: fileAllowance, all: quotaLeft ?? .max) : nil
  }

  /// Bytes that one more file may have.
  var fileAllowance: UInt64 { min(settings.maxFileSize, quotaLeft ?? .max) }

  /// Bytes that more files may have; `nil` without a quota.
  private var quotaLeft: UInt64? {
    guard let quota = settings.quota else { return nil }
    let kept = keeping.values.reduce(catalogue.localBytes) { Units.sum($0, $1.sizeBytes ?? 0) }
    let taken = downloads.order.reduce(kept) { Units.sum($0, downloads[$1]?.reservedBytes ?? 0) }
    return quota > taken ? quota - taken : 0
  }

  // MARK: Effects

  /// What others cause has a budget, so that nobody can fill the log; what exceeds it is counted there.
  mutating func log(_ level: LogLevel, _ text: String) {
    guard isLogBounded, level > .debug, level < .error else { return effects.append(.log(level, text)) }
    guard logBudget.take(at: now.uptime) else {
      linesLeftOut += 1
      return
    }
    if linesLeftOut > 0 {
      effects.append(.log(.warning, "\(linesLeftOut) lines were left out here: too many at once"))
      linesLeftOut = 0
    }
    effects.append(.log(level, text))
  }

  mutating func answer(_ request: RequestID, _ reply: CommandReply, onceWritten: Bool = false) {
    effects.append(.answer(request, reply, onceWritten: onceWritten))
  }

  mutating func persist(_ changes: [CatalogueChange]) {
    if !changes.isEmpty { effects.append(.persist(changes)) }
  }

  /// Text from the network, harmless and with its bounds visible.
  func quoted(_ text: String) -> String { "“\(Visible.text(text, limit: 64))”" }

  /// A file as a line of the log names it.
  func named(_ entry: FileEntry) -> String { "\(quoted(entry.name)) (\(entry.id.short))" }
}
