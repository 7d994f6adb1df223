import PeerCore

/// One run of a peer, from its start to its stop or crash: a whole core and, around it, what the engine's `EngineLoop`
/// does, on a virtual network and disk.
final class PeerProcess {
  let machine: Machine
  let world: World
  let number: UInt64
  var state: PeerState
  let store: Store
  var isAlive = true
  /// Whether the first look at `files/` is over. Until then, what is here is only what the catalogue says.
  var hasScanned = false

  private var timer: (deadline: Int64, number: UInt64)?
  private var timers: UInt64 = 0
  private var replies: [RequestID: (CommandReply) -> Void] = [:]
  private var lastRequest: UInt64 = 0
  /// The contents of files that are being pushed, by name.
  private var pushes: [String: [UInt8]] = [:]
  private var resolving: Set<String> = []
  var downloads: [FileID: RunningDownload] = [:]
  var arrivals: [ArrivalID: Partial] = [:]
  private var lastArrival: UInt64 = 0
  var fetches: [AttemptID: Exchange] = [:]
  var uploads: [UploadID: UploadTask] = [:]
  var accepted: [ConnectionID: AcceptedEnd] = [:]
  private var lastConnection: UInt64 = 0
  lazy var courier = SimulatedCourier(self)
  let watch: Watch

  init(_ machine: Machine, number: UInt64, remembered: Remembered) {
    self.machine = machine
    world = machine.world
    self.number = number
    let identity = PeerState.Identity(
      peerID: machine.id, endpoint: machine.endpoint, addresses: [machine.address, "127.0.0.1"])
    state = PeerState(
      me: identity, settings: machine.settings, limits: machine.world.limits, remembered: remembered,
      seed: machine.world.random.next())
    store = Store(
      machine.disk, owner: machine.id, world: machine.world, wall: { [unowned machine] in machine.wall },
      log: { [unowned machine] level, text in machine.world.note(machine, level, text) },
      made: { [unowned machine] entry, bytes in machine.made[entry.id] = (entry, bytes) })
    watch = Watch(machine)
  }

  var moment: Moment { Moment(uptime: world.schedule.now - machine.started, wall: machine.wall) }

  // MARK: Life

  func start() {
    world.network.listen(at: machine.address, machine.endpoint.port) { [weak self] in self?.accept($0) }
    handle(.started)
    look()
  }

  /// - Parameter silently: whether the others are not told that its connections are gone.
  func end(silently: Bool) {
    isAlive = false
    store.close()
    courier.end(silently)
    for fetch in fetches.values { fetch.abandon(silently) }
    for end in accepted.values { end.abandon(silently) }
    for upload in uploads.values { upload.abandon(silently) }
    fetches = [:]
    accepted = [:]
    uploads = [:]
    world.network.stopListening(at: machine.address, machine.endpoint.port, silently: silently)
  }

  // MARK: Events

  func handle(_ event: Event) {
    guard isAlive else { return }
    world.trace.note(UInt64(world.schedule.now), machine.number)
    event.note(in: &world.trace)
    let moment = moment
    let effects = state.step(event, at: moment)
    for effect in effects { effect.note(in: &world.trace) }
    watch.stepped(self, event, effects, at: moment)
    for effect in effects { perform(effect) }
    setTimer()
  }

  /// Does something after a moment, as everything takes one, unless the process has ended by then.
  func later(_ delay: Int64? = nil, _ work: @escaping (PeerProcess) -> Void) {
    world.schedule.after(delay ?? Int64(world.pick(0...2))) { [weak self] in
      if let self, self.isAlive { work(self) }
    }
  }

  func tell(_ event: Event) { later { $0.handle(event) } }

  private func setTimer() {
    let deadline = state.nextDeadline
    if deadline == timer?.deadline { return }
    guard deadline < .max else {
      timer = nil
      return
    }
    timers += 1
    let number = timers
    timer = (deadline, number)
    world.schedule.after(deadline - moment.uptime) { [weak self] in
      guard let self, self.isAlive, self.timer?.number == number else { return }
      self.timer = nil
      self.handle(.tick)
    }
  }

  /// Looks at `files/`, as the engine does when something there has changed.
  func look() {
    store.scan { [weak self] found, gone in
      guard let self else { return }
      self.later { process in
        if !found.isEmpty || !gone.isEmpty { process.handle(.scanned(found: found, gone: gone)) }
        process.hasScanned = true
        process.watch.scanned(process)
      }
    }
  }

  // MARK: Commands

  func submit(_ command: Command, _ reply: @escaping (CommandReply) -> Void = { _ in }) {
    lastRequest += 1
    let request = RequestID(lastRequest)
    replies[request] = reply
    watch.asked()
    handle(.command(command, request: request))
  }

  func push(_ bytes: [UInt8], as name: String, _ reply: @escaping (CommandReply) -> Void) {
    pushes[name] = bytes
    submit(.push(path: "/home/\(name)"), reply)
  }

  private func answer(_ request: RequestID, _ reply: CommandReply, _ onceWritten: Bool) {
    guard let waiting = replies.removeValue(forKey: request) else { return }
    watch.answered()
    guard onceWritten else { return waiting(reply) }
    store.afterwards { isWritten in waiting(isWritten ? reply : .failed("the disk does not take it")) }
  }

  var openRequests: Int { replies.count }

  // MARK: Effects

  private func perform(_ effect: Effect) {
    switch effect {
    case .send(let message, let endpoint, let joins): courier.send(message, to: endpoint, joins)
    case .resolve(let host): resolve(host)
    case .open(let file): open(file)
    case .fetch(let fetch): begin(fetch)
    case .shorten(let attempt, let end): (fetches[attempt] as? FetchExchange)?.shorten(to: end)
    case .cancelFetch(let attempt): fetches.removeValue(forKey: attempt)?.abandon(false)
    case .fetchBlocks(let attempt, let file, let holder):
      fetches[attempt] = BlocksExchange(self, attempt, file, holder)
    case .useBlocks(let file, let list):
      for (_, exchange) in fetches.sorted(by: { $0.key.number < $1.key.number }) {
        if let fetch = exchange as? FetchExchange, fetch.fetch.entry.id == file { fetch.blocks = list }
      }
    case .verify(let file, let timestamps): verify(file, timestamps)
    case .checkBlocks(let file, let list): checkBlocks(file, list)
    case .forgetBytes(let file, let range): downloads[file]?.openPartial?.forget(range)
    case .park(let file): downloads[file] = nil
    case .abandon(let file):
      running(file).abandon()
      downloads[file] = nil
    case .limit: break
    case .serve(let upload, let connection, let request, let entry, let copy):
      guard let end = accepted[connection] else { return tell(.uploadEnded(upload, .reset("it is gone"))) }
      end.serve(upload, request, entry, copy)
    case .serveBlocks(let connection, _, let copy): accepted[connection]?.serveBlocks(copy)
    case .refuse(let connection): accepted[connection]?.refuse()
    case .replicate(let upload, let endpoint, let entry, let copy):
      uploads[upload] = UploadTask(self, upload, replicating: entry, copy, to: endpoint)
    case .cancelUpload(let upload): uploads[upload]?.fail(.cancelled)
    case .keep(let arrival, let entry, let firstSeen): keep(arrival, entry, firstSeen)
    case .discard(let arrival): arrivals.removeValue(forKey: arrival)?.discard()
    case .release(let arrival): arrivals[arrival] = nil
    case .importFile(let path, let timestamp, let request): importFile(path, timestamp, request)
    case .trash(let copy, let id): store.trash(copy, of: id)
    case .persist(let changes): store.apply(changes)
    case .answer(let request, let reply, let onceWritten): answer(request, reply, onceWritten)
    case .log(let level, let text): world.note(machine, level, text)
    }
  }

  private func resolve(_ host: String) {
    guard resolving.insert(host).inserted else { return }
    later(Int64(world.pick(2...200))) { process in
      process.resolving.remove(host)
      var addresses = process.world.network.address(of: host).map { [$0] } ?? []
      if process.world.isChaotic, process.world.chance(1, in: 10) {
        process.world.faults.note(.resolver)
        addresses = []
      }
      process.handle(.resolved(host: host, addresses: addresses))
    }
  }

  // MARK: Connections

  private func accept(_ connection: Connection) {
    guard isAlive else { return connection.abandon(from: .listener) }
    lastConnection += 1
    let id = ConnectionID(lastConnection)
    let end = AcceptedEnd(self, id, connection)
    accepted[id] = end
    connection.attach(end, at: .listener)
  }

  /// Connects to another peer; `end` hears what comes.
  ///
  /// - Parameter isOver: whether nobody wants the connection any longer, once it is there.
  func dial(
    _ endpoint: Endpoint, for end: any ConnectionEnd,
    unless isOver: @autoclosure @escaping () -> Bool = false,
    connected: @escaping (Connection) -> Void, failed: @escaping (_ why: String) -> Void
  ) {
    world.network.dial(from: machine.address, to: endpoint) { [weak self] connection, why in
      guard let self, self.isAlive, !isOver() else { connection?.abandon(from: .dialer); return }
      guard let connection else { return failed(why) }
      connection.attach(end, at: .dialer)
      connected(connection)
    }
  }

  // MARK: Downloads

  private func running(_ id: FileID) -> RunningDownload {
    if let running = downloads[id] { return running }
    let running = RunningDownload(id, in: store)
    downloads[id] = running
    return running
  }

  private func open(_ id: FileID) {
    let running = running(id)
    store.read { [weak self] in
      do throws(TransferFailure) {
        let partial = try running.partial()
        self?.tell(.opened(id, size: partial.size, here: partial.complete))
      } catch {
        self?.tell(.openFailed(id, error))
      }
    } failed: { [weak self] failure in
      self?.tell(.openFailed(id, failure))
    }
  }

  private func begin(_ fetch: Effect.Fetch) {
    fetches[fetch.attempt] = FetchExchange(self, fetch, into: running(fetch.entry.id))
  }

  private func verify(_ id: FileID, _ timestamps: [Lexeme]) {
    withDownload(id) { process, partial in
      guard process.downloads[id]?.openPartial === partial else { return }
      process.handle(
        .verified(id, process.arrive(partial, FileData(id: id, hasData: true), timestamps)))
    }
  }

  /// Puts bytes aside that wait for the core's decision.
  func arrive(_ partial: Partial, _ data: FileData, _ timestamps: [Lexeme]) -> ReceivedFile {
    lastArrival += 1
    let arrival = ArrivalID(lastArrival)
    arrivals[arrival] = partial
    return ReceivedFile(
      arrival: arrival, data: data, size: UInt64(partial.bytes.count), digests: partial.digests(timestamps))
  }

  private func checkBlocks(_ id: FileID, _ list: BlockList) {
    withDownload(id) { process, partial in
      process.handle(.blocksChecked(id, wrong: partial.blocks(differingFrom: list)))
    }
  }

  private func withDownload(_ id: FileID, _ work: @escaping (PeerProcess, Partial) -> Void) {
    let running = running(id)
    store.read { [weak self] in
      do throws(TransferFailure) {
        let partial = try running.partial()
        self?.later { work($0, partial) }
      } catch {
        self?.tell(.verifyFailed(id, error))
      }
    } failed: { [weak self] failure in
      self?.tell(.verifyFailed(id, failure))
    }
  }

  // MARK: Files

  private func keep(_ arrival: ArrivalID, _ entry: FileEntry, _ firstSeen: Int64) {
    guard let partial = arrivals.removeValue(forKey: arrival) else {
      return tell(.keepFailed(arrival, .disk("its bytes are gone")))
    }
    if downloads[entry.id]?.openPartial === partial { downloads[entry.id] = nil }
    store.keep(partial, as: entry, firstSeen: firstSeen) { [weak self] result in
      switch result {
      case .success(let copy): self?.tell(.kept(arrival, copy))
      case .failure(let failure):
        // That of a download stays, to be tried again.
        if partial.isTemporary || failure == .mismatch { partial.discard() }
        self?.tell(.keepFailed(arrival, failure))
      }
    }
  }

  private func importFile(_ path: String, _ timestamp: Int64, _ request: RequestID) {
    let name = String(path.split(separator: "/").last ?? "file")
    let bytes = pushes.removeValue(forKey: name) ?? []
    store.importFile(bytes, name: name, timestamp: timestamp) { [weak self] result in
      switch result {
      case .success(let (entry, copy)): self?.tell(.imported(request, entry, copy))
      case .failure(let failure): self?.tell(.importFailed(request, reason: "\(failure)"))
      }
    }
  }
}
