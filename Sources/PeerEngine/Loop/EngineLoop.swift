import DequeModule
import PeerCore
import Synchronization

/// Owns the core's state: stamps events with the time, lets the core decide, and has its effects carried
/// out. Nobody else ever sees the state; snapshots are published instead.
actor EngineLoop: NetworkDelegate {
  /// Snapshots are at least so far apart: twenty a second are more than anybody can read.
  private static let publishInterval = Duration.milliseconds(50)
  /// Changes of the catalogue that may wait for the disk before the network is held back.
  private static let longestBacklog = 400_000

  private var state: PeerState
  private let store: HomeStore
  private let book: LogBook
  private let clock: SystemClock
  private let coreLimits: Limits
  private let allowance: Mutex<PushAllowance?>
  private let told = Mutex<[Event]>([])
  nonisolated let hub: SnapshotHub
  nonisolated let metrics = PeerMetrics()
  private var me: LocalPeer
  private var revision: UInt64 = 0

  private lazy var writer = CatalogueWriter(store: store) { [weak self] in await self?.log($0, $1) }
  private var network: Network?
  /// Those of downloads that are fetched or verified now.
  private var downloads: [FileID: RunningDownload] = [:]
  /// Files that wait to be kept.
  private var unkept: Deque<(arrival: ArrivalID, keep: Keep)> = []
  private var isKeeping = false
  private let blockLists: BlockLists
  private var requests: [RequestID: CheckedContinuation<CommandReply, Never>] = [:]
  private var lastRequest: UInt64 = 0
  private var resolving: Set<String> = []
  private var timer: (deadline: Int64, task: Task<Void, Never>)?
  private var publication: Task<Void, Never>?
  private var lastPublished = ContinuousClock.now
  private var isStopped = false
  /// Events that effects bring about at once come after those effects.
  private var waiting: Deque<Event> = []
  private var isHandling = false

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
    timer?.task.cancel()
    for request in requests.values { request.resume(returning: .failed("the peer is stopping")) }
    requests = [:]
    await network?.stop()
    await writer.finish()
    publication?.cancel()
    publish()
    hub.finish()
  }

  // MARK: Events

  func deliver(_ event: Event) async {
    while !isStopped, writer.backlog > Self.longestBacklog {
      try? await Task.sleep(for: Self.publishInterval)
    }
    handle(event)
  }

  /// Many that come at once wait for one turn of this actor.
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
    lastRequest += 1
    let request = RequestID(lastRequest)
    return await withCheckedContinuation {
      requests[request] = $0
      handle(.command(command, request: request))
    }
  }

  func log(_ level: LogLevel, _ text: String) {
    book.append(level, text, at: clock.now.wall)
    publishSoon()
  }

  private func handle(_ event: Event) { handle([event]) }

  /// What follows from them all is worked out once.
  private func handle(_ events: [Event]) {
    waiting += events
    guard !isHandling else { return }
    isHandling = true
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
    setTimer()
    publishSoon()
  }

  private func setTimer() {
    let deadline = state.nextDeadline
    if let timer, timer.deadline == deadline { return }
    timer?.task.cancel()
    guard deadline < .max else {
      timer = nil
      return
    }
    let instant = clock.instant(of: deadline)
    timer = (
      deadline,
      Task { [weak self] in
        guard (try? await Task.sleep(until: instant, clock: .continuous)) != nil else { return }
        await self?.timeHasCome()
      }
    )
  }

  private func timeHasCome() {
    timer = nil
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
    guard let waiting = requests.removeValue(forKey: request) else { return }
    if onceWritten {
      writer.afterwards { isWritten in
        waiting.resume(
          returning: isWritten
            ? reply
            : .failed("\(reply.text); but the disk does not take it (see the log), so a restart may undo it"))
      }
    } else {
      waiting.resume(returning: reply)
    }
  }

  private func later(_ work: @escaping @Sendable (EngineLoop) async -> Void) {
    Task { [weak self] in
      if let self { await work(self) }
    }
  }

  private func send(_ message: [UInt8], to endpoint: Endpoint, _ joins: Bool) {
    guard let network, !network.send(message, to: endpoint, joins: joins) else { return }
    handle(.sendFailed(to: endpoint, reason: "too many messages wait to be sent"))
  }

  private func resolve(_ host: String) {
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

  // MARK: Downloads

  private func open(_ id: FileID) {
    let running = running(id)
    later { [store] loop in
      do throws(StorageError) {
        let (size, here) = try await store.onDisk { () throws(StorageError) in try running.partial().progress
        }
        await loop.deliver(.opened(id, size: size, here: here))
      } catch {
        await loop.deliver(.openFailed(id, TransferFailure(error)))
      }
    }
  }

  private func running(_ id: FileID) -> RunningDownload {
    if let running = downloads[id] { return running }
    let running = RunningDownload(id, in: store, smallFile: coreLimits.smallFile)
    downloads[id] = running
    return running
  }

  private func verify(_ id: FileID, _ timestamps: [Lexeme]) {
    // The hash of a small file is there by now, and worth no detour.
    if let partial = downloads[id]?.openPartial, partial.isHashed {
      return verified(id, partial, timestamps)
    }
    withDownload(id) { loop, partial throws(StorageError) in
      try await loop.store.finishHash(of: partial)
      await loop.verified(id, partial, timestamps)
    }
  }

  private func verified(_ id: FileID, _ partial: PartialFile, _ timestamps: [Lexeme]) {
    guard let network, downloads[id]?.openPartial === partial else { return }
    let file = ArrivingFile(partial)
    let received = ReceivedFile(
      arrival: network.arrivals.put(file), data: FileData(id: id, hasData: true), size: partial.size,
      digests: file.digests(timestamps: timestamps))
    handle(.verified(id, received))
  }

  private func checkBlocks(_ id: FileID, _ list: BlockList) {
    withDownload(id) { loop, partial throws(StorageError) in
      let wrong = try await loop.store.blocks(of: partial, differingFrom: list)
      await loop.deliver(.blocksChecked(id, wrong: wrong))
    }
  }

  private func forgetBytes(_ id: FileID, _ range: Range<UInt64>) {
    do {
      try downloads[id]?.openPartial?.forget(range)
    } catch {
      handle(.verifyFailed(id, TransferFailure(error)))
    }
  }

  private func abandon(_ id: FileID) {
    running(id).abandon()
    downloads[id] = nil
  }

  /// Work on the bytes of a download that may take long.
  private func withDownload(
    _ id: FileID,
    _ work: @escaping @Sendable (EngineLoop, PartialFile) async throws(StorageError) -> Void
  ) {
    let running = running(id)
    later { loop in
      do throws(StorageError) {
        let partial = try await loop.store.onDisk { () throws(StorageError) in try running.partial() }
        try await work(loop, partial)
      } catch {
        await loop.deliver(.verifyFailed(id, TransferFailure(error)))
      }
    }
  }

  // MARK: Files

  private func keep(_ arrival: ArrivalID, _ entry: FileEntry, _ firstSeen: Int64) {
    guard let file = network?.arrivals.take(arrival) as? ArrivingFile else {
      handle(.keepFailed(arrival, .disk("its bytes are gone")))
      return
    }
    if downloads[entry.id]?.openPartial === file.partial { downloads[entry.id] = nil }
    let keep = Keep(file.partial, entry, firstSeen: firstSeen)
    guard writer.isTrashing(entry.id) else { return self.keep(arrival, keep) }
    // A copy on its way to the trash is no copy.
    writer.afterwards { [weak self] isWritten in
      Task { await self?.keep(arrival, keep, isTrashed: isWritten) }
    }
  }

  private func keep(_ arrival: ArrivalID, _ keep: Keep, isTrashed: Bool = true) {
    guard isTrashed else {
      return handle(.keepFailed(arrival, .disk("an older copy cannot be moved to the trash")))
    }
    unkept.append((arrival, keep))
    guard !isKeeping else { return }
    isKeeping = true
    later { await $0.keepWaiting() }
  }

  /// Files that come while others are being kept wait and go together.
  private func keepWaiting() async {
    while !unkept.isEmpty {
      let batch = Array(unkept.prefix(HomeStore.keptAtOnce))
      unkept.removeFirst(batch.count)
      let results = await store.keep(batch.map(\.keep))
      handle(
        zip(batch, results).map { waiting, result in
          switch result {
          case .success(let copy): return .kept(waiting.arrival, copy)
          case .failure(let error):
            if case .mismatch = error { waiting.keep.partial.discard() }
            return .keepFailed(waiting.arrival, TransferFailure(error))
          }
        })
    }
    isKeeping = false
  }

  private func importFile(_ path: String, _ timestamp: Int64, _ request: RequestID) {
    let owner = me.peerID
    later { [store] loop in
      do {
        let (entry, copy) = try await store.importFile(path: path, timestamp: timestamp, owner: owner)
        await loop.deliver(.imported(request, entry, copy))
      } catch {
        await loop.deliver(.importFailed(request, reason: "cannot push: \(error)"))
      }
    }
  }

  nonisolated func makeBlockHasher() -> any BlockHasher { ContentHash() }

  nonisolated func blockList(of file: FileID, _ copy: LocalCopy) async -> BlockList? {
    await blockLists.list(of: file, copy)
  }

  nonisolated var pushAllowance: PushAllowance? { allowance.withLock { $0 } }
  nonisolated func beginFile() throws -> any IncomingFile { try ArrivingFile(in: store) }
  nonisolated func open(_ copy: LocalCopy) throws -> any OutgoingFile { try LeavingFile(copy, in: store) }

  // MARK: Snapshots

  private func publishSoon() {
    guard publication == nil, !isStopped else { return }
    let wait = Self.publishInterval - (ContinuousClock.now - lastPublished)
    publication = Task { [weak self] in
      if wait > .zero { try? await Task.sleep(for: wait) }
      await self?.publish()
    }
  }

  private func publish() {
    publication = nil
    lastPublished = .now
    revision += 1
    hub.publish(state.snapshot(me: me, revision: revision, log: book.entries))
  }

  /// What everything that is sent to others shares; `nil` before the start.
  var uploadLimit: RateLimit? { network?.uploadLimit }

  private var queues: PeerMetrics.Queues {
    PeerMetrics.Queues(
      messages: network?.waitingSends ?? 0, answers: state.waitingAnswers, catalogue: writer.backlog,
      connections: network?.connections ?? 0)
  }
}
