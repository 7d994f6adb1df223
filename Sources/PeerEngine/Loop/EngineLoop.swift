import DequeModule
import PeerCore
import Synchronization

/// The engine's main loop. It owns the core's state, stamps each event with the time, lets the core decide, and carries
/// out the effects. The state never leaves this actor; everybody else reads the snapshots that it publishes.
///
/// This file has the loop itself. The effects on the bytes of downloads are in EngineLoop+Downloads.swift, those that
/// bring whole files into `files/` in EngineLoop+Files.swift.
actor EngineLoop: NetworkDelegate {
  /// The least time between two snapshots: nobody can read more than twenty a second.
  private static let publishInterval = Duration.milliseconds(50)
  /// The same when the last download has ended: somebody may be waiting for just that.
  private static let publishIntervalAtRest = Duration.milliseconds(5)
  /// How many changes of the catalogue may wait for the disk before the network is held back.
  private static let longestBacklog = 400_000

  let store: HomeStore
  let coreLimits: Limits
  let blockLists: BlockLists
  /// The state's `pushAllowance`, for connections, which cannot wait for this actor at every piece of a file.
  let allowance: Mutex<PushAllowance?>
  nonisolated let hub: SnapshotHub
  nonisolated let metrics = PeerMetrics()
  private let book: LogBook
  private let clock: SystemClock

  private var state: PeerState
  private(set) var me: LocalPeer
  /// `nil` before the start.
  private(set) var network: Network?
  private(set) lazy var writer = CatalogueWriter(store: store) { [weak self] in await self?.log($0, $1) }
  /// The downloads whose bytes are being fetched or verified now.
  var downloads: [FileID: RunningDownload] = [:]
  var keepQueue = KeepQueue()
  private var commands = PendingCommands()
  /// The host names that are being looked up.
  private var resolving: Set<String> = []
  private var alarm = Alarm()
  /// Events that other threads have told and that this actor has not taken yet.
  private let told = Mutex<[Event]>([])
  /// Events that this actor has taken and not handled yet. An event that an effect brings about at once waits here
  /// until all effects of the step are carried out.
  private var waiting: Deque<Event> = []
  private var isHandling = false
  /// The wait until the next snapshot, if there is something new to show.
  private var publication: Task<Void, Never>?
  private var lastPublished = ContinuousClock.now
  private var revision: UInt64 = 0
  private var isStopped = false

  init(
    state: PeerState, me: LocalPeer, store: HomeStore, book: LogBook, clock: SystemClock,
    coreLimits: Limits
  ) {
    self.state = state
    self.me = me
    self.store = store
    self.book = book
    self.clock = clock
    self.coreLimits = coreLimits
    allowance = Mutex(state.pushAllowance)
    blockLists = BlockLists(store: store)
    hub = SnapshotHub(state.snapshot(me: me, revision: 0, log: book.entries))
  }

  // MARK: Life

  func start(_ listener: Listener, _ limits: NetworkLimits) {
    let network = Network(
      delegate: self, limits: limits, coreLimits: coreLimits, limitDown: state.limitDown,
      limitUp: state.limitUp)
    self.network = network
    network.serve(listener)
    metrics.ask { [weak self] in await self?.queues ?? PeerMetrics.Queues() }
    handle(.started)
  }

  func setPage(url: String, port: Int) {
    me.pageURL = url
    me.httpPort = port
    publication?.cancel()
    publish()
  }

  func stop() async {
    guard !isStopped else { return }
    isStopped = true
    alarm.cancel()
    commands.failAll("the peer is stopping")
    await network?.stop()
    await writer.finish()
    publication?.cancel()
    publish()
    hub.finish()
  }

  // MARK: Events

  func deliver(_ event: Event) async {
    // A connection that waits here reads nothing more, so the backlog stays bounded.
    while !isStopped, writer.backlog > Self.longestBacklog {
      try? await Task.sleep(for: Self.publishInterval)
    }
    handle(event)
  }

  /// Many events that come at once cost a single turn of this actor: only the first of them asks for one.
  nonisolated func tell(_ event: Event) {
    let isFirst = told.withLock { told in
      told.append(event)
      return told.count == 1
    }
    if isFirst { Task { await takeTold() } }
  }

  private func takeTold() {
    let events = told.withLock { told in
      defer { told = [] }
      return told
    }
    handle(events)
  }

  func submit(_ command: Command) async -> CommandReply {
    guard !isStopped else { return .failed("the peer is stopping") }
    return await withCheckedContinuation {
      let request = commands.add($0)
      handle(.command(command, request: request))
    }
  }

  func log(_ level: LogLevel, _ text: String) {
    book.append(level, text, at: clock.now.wall)
    publishSoon()
  }

  func handle(_ event: Event) { handle([event]) }

  /// Takes events through the core, one after the other. What follows from the state, such as the next deadline, is
  /// worked out once for all of them.
  func handle(_ events: [Event]) {
    waiting += events
    guard !isHandling else { return }
    isHandling = true
    let wasDownloading = state.isDownloading
    while !isStopped, let event = waiting.popFirst() {
      metrics.count(event)
      for effect in state.step(event, at: clock.now) {
        metrics.count(effect)
        perform(effect)
      }
    }
    isHandling = false
    let allowed = state.pushAllowance
    allowance.withLock { $0 = allowed }
    setAlarm()
    publishSoon(atRest: wasDownloading && !state.isDownloading)
  }

  private func setAlarm() {
    let deadline = state.nextDeadline
    // An alarm that rings too early does no harm, and is then set anew. To set it back each time that the deadline moves
    // on would cost more than most events.
    guard deadline < alarm.deadline else { return }
    alarm.set(to: deadline, clock) { [weak self] in await self?.deadlineHasCome() }
  }

  private func deadlineHasCome() {
    alarm.hasRung()
    handle(.tick)
  }

  // MARK: Effects

  private func perform(_ effect: Effect) {
    switch effect {
    case .send(let message, let endpoint, let joins): send(message, to: endpoint, joins)
    case .resolve(let host): resolve(host)
    case .open(let file): open(file)
    case .fetch(let fetch): network?.fetch(fetch, into: running(fetch.entry.id))
    case .shorten(let attempt, let end): network?.shorten(attempt, to: end)
    case .cancelFetch(let attempt): network?.cancelFetch(attempt)
    case .fetchBlocks(let attempt, let file, let holder):
      network?.fetchBlocks(attempt, of: file, from: holder)
    case .useBlocks(let file, let list): network?.useBlocks(list, for: file)
    case .verify(let file, let timestamps): verify(file, timestamps)
    case .checkBlocks(let file, let list): checkBlocks(file, list)
    case .forgetBytes(let file, let range): forgetBytes(file, range)
    case .park(let file): downloads[file] = nil
    case .abandon(let file): abandon(file)
    case .limit(let direction, let rate): network?.limit(direction, bytesPerSecond: rate)
    case .serve(let upload, let connection, let request, let entry, let copy):
      if network?.answers.decide(connection, .serve(upload, request, entry, copy)) != true {
        handle(.uploadEnded(upload, .reset("it is gone")))
      }
    case .serveBlocks(let connection, let file, let copy):
      _ = network?.answers.decide(connection, .serveBlocks(file, copy))
    case .refuse(let connection): _ = network?.answers.decide(connection, .refuse)
    case .replicate(let upload, let endpoint, let entry, let copy):
      network?.replicate(upload, to: endpoint, entry, copy)
    case .cancelUpload(let upload): network?.cancelUpload(upload)
    case .keep(let arrival, let entry, let firstSeen): keep(arrival, entry, firstSeen)
    case .discard(let arrival): network?.arrivals.take(arrival)?.discard()
    case .release(let arrival): _ = network?.arrivals.take(arrival)
    case .importFile(let path, let timestamp, let request): importFile(path, timestamp, request)
    case .trash(let copy, let id): writer.trash(copy, of: id)
    case .persist(let changes): writer.apply(changes)
    case .answer(let request, let reply, let onceWritten): answer(request, reply, onceWritten)
    case .log(let level, let text): book.append(level, text, at: clock.now.wall)
    }
  }

  private func answer(_ request: RequestID, _ reply: CommandReply, _ onceWritten: Bool) {
    guard let caller = commands.remove(request) else { return }
    guard onceWritten else { return caller.resume(returning: reply) }
    writer.afterwards { isWritten in
      caller.resume(
        returning: isWritten
          ? reply
          : .failed("\(reply.text); but the disk does not take it (see the log), so a restart may undo it"))
    }
  }

  /// Runs work beside the loop, which goes on with other events while the work waits for the disk or the network.
  func later(_ work: @escaping @Sendable (EngineLoop) async -> Void) {
    Task { [weak self] in
      if let self { await work(self) }
    }
  }

  private func send(_ message: [UInt8], to endpoint: Endpoint, _ joins: Bool) {
    guard let network, !network.send(message, to: endpoint, joins: joins) else { return }
    handle(.sendFailed(to: endpoint, reason: "too many messages wait to be sent"))
  }

  private func resolve(_ host: String) {
    // The core may ask again while an earlier look-up is still under way.
    guard resolving.insert(host).inserted else { return }
    later { loop in
      let addresses = await Resolver().addresses(of: host)
      await loop.resolved(host, addresses)
    }
  }

  private func resolved(_ host: String, _ addresses: [String]) {
    resolving.remove(host)
    handle(.resolved(host: host, addresses: addresses))
  }

  // MARK: Snapshots

  private func publishSoon(atRest: Bool = false) {
    guard publication == nil || atRest, !isStopped else { return }
    publication?.cancel()
    let interval = atRest ? Self.publishIntervalAtRest : Self.publishInterval
    let wait = interval - (ContinuousClock.now - lastPublished)
    publication = Task { [weak self] in
      if wait > .zero { try? await Task.sleep(for: wait) }
      if !Task.isCancelled { await self?.publish() }
    }
  }

  private func publish() {
    publication = nil
    lastPublished = .now
    revision += 1
    hub.publish(state.snapshot(me: me, revision: revision, log: book.entries))
  }

  /// The bound on the bytes per second of everything that is sent to others; `nil` before the start.
  var uploadLimit: RateLimit? { network?.uploadLimit }

  private var queues: PeerMetrics.Queues {
    PeerMetrics.Queues(
      messages: network?.waitingSends ?? 0, answers: state.waitingAnswers, catalogue: writer.backlog,
      connections: network?.connections ?? 0)
  }
}
