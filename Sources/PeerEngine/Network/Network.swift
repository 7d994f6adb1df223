import NIOCore
import NIOPosix
import PeerCore
import Synchronization

/// Every connection with other peers: accepts, dials, streams files, and keeps the bounds of
/// `NetworkLimits`. Knows messages and transfers, and nothing of why they happen.
final class Network: Sendable {
  let limits: NetworkLimits
  let coreLimits: Limits
  let delegate: any NetworkDelegate
  let dialer: Dialer
  let arrivals = Arrivals()
  let answers = Answers()
  let fetches = RunningTransfers<AttemptID>()
  let heldBytes: HeldBytes
  let sessions: HolderSessions
  let downloadLimit: RateLimit
  let uploadLimit: RateLimit
  /// Of the attempts that run.
  private let controls = Mutex([AttemptID: (file: FileID, control: FetchControl)]())
  private let uploads = RunningTransfers<UploadID>()
  /// Of transfers that we have begun, and of files that are sent.
  private let executor = TransferExecutor(yields: true)
  /// Of messages that come in: gossip does not queue behind the bytes of files.
  private let reading = TransferExecutor(threads: 2, yields: false)
  private let courier: Courier
  private let state = Mutex(State())

  private struct State {
    var lastConnection: UInt64 = 0
    var connections = 0
    /// Bytes of those of connections to holders.
    var receiveBuffers = 0
    /// Addresses of files that are arriving unasked.
    var pushes: [String] = []
    /// Their bytes so far.
    var arrivingBytes = 0
    var tasks: [UInt64: Task<Void, Never>] = [:]
    var lastTask: UInt64 = 0
  }

  init(
    delegate: any NetworkDelegate, limits: NetworkLimits, coreLimits: Limits,
    limitDown: UInt64?, limitUp: UInt64?
  ) {
    self.delegate = delegate
    self.limits = limits
    self.coreLimits = coreLimits
    dialer = Dialer(group: EventLoops.transfers, limits: limits)
    heldBytes = HeldBytes(limit: limits.heldBytes)
    sessions = HolderSessions(limits: limits, exchangesOfOne: coreLimits.smallFilesInASlot)
    downloadLimit = RateLimit(bytesPerSecond: limitDown)
    uploadLimit = RateLimit(bytesPerSecond: limitUp)
    courier = Courier(dialer: Dialer(group: EventLoops.messages, limits: limits), limits: limits) {
      endpoint, failure in
      delegate.tell(failure.map { .sendFailed(to: endpoint, reason: $0) } ?? .sent(to: endpoint))
    }
  }

  // MARK: Listening

  /// Serves until the listener's channel is closed.
  func serve(_ listener: Listener) {
    start { [self] in
      do {
        try await listener.run(limits: limits) { [self] channel, address in
          let id = state.withLock {
            $0.lastConnection += 1
            $0.connections += 1
            return ConnectionID($0.lastConnection)
          }
          await withTaskExecutorPreference(reading) {
            await AcceptedConnection(channel: channel, address: address, id: id, network: self).run()
          }
          state.withLock { $0.connections -= 1 }
        }
      } catch is CancellationError {
      } catch {
        await delegate.log(.error, "the listener has stopped: \(Dialer.reason(error))")
      }
    }
  }

  /// - Returns: false if `NetworkLimits.pushes` files are arriving already, or so many from that address that what is
  ///   left is for others.
  func pushBegins(from address: String) -> Bool {
    state.withLock {
      var slots = SharedSlots(limits.pushes, limits: coreLimits, running: $0.pushes)
      guard slots.take(for: address) else { return false }
      $0.pushes.append(address)
      return true
    }
  }

  func pushEnded(from address: String) {
    state.withLock { state in
      if let index = state.pushes.firstIndex(of: address) { state.pushes.remove(at: index) }
    }
  }

  /// - Returns: how many bytes of files that are arriving unasked are here now, with these.
  func noteArriving(_ bytes: Int) -> Int {
    state.withLock {
      $0.arrivingBytes += bytes
      return $0.arrivingBytes
    }
  }

  /// Accepted connections that are open.
  var connections: Int { state.withLock { $0.connections } }
  /// Messages that wait for a connection.
  var waitingSends: Int { courier.waitingCount }

  // MARK: What the core wants

  func send(_ message: [UInt8], to endpoint: Endpoint, joins: Bool = false) -> Bool {
    courier.send(message, to: endpoint, joins: joins)
  }

  func fetch(_ fetch: Effect.Fetch, into target: any DownloadTarget) {
    let control = FetchControl(fetch)
    controls.withLock { $0[fetch.attempt] = (fetch.entry.id, control) }
    let fetcher = Fetcher(fetch: fetch, target: target, control: control, network: self) { [self] result in
      // A cancelled attempt is nobody's any longer; the core knows what became of it.
      let wasCancelled = fetches.end(fetch.attempt)
      controls.withLock { _ = $0.removeValue(forKey: fetch.attempt) }
      guard !wasCancelled else { return }
      tell(result.map { .fetched(fetch.attempt, $0, end: $1) }, fetch.attempt)
    }
    fetcher.start()
  }

  func fetchBlocks(_ attempt: AttemptID, of file: FileID, from holder: Endpoint) {
    let fetcher = BlockListFetcher(attempt: attempt, file: file, holder: holder, network: self) {
      [self] result in
      guard !fetches.end(attempt) else { return }
      tell(result.map { .blocksFetched(attempt, $0) }, attempt)
    }
    fetcher.start()
  }

  /// Performs an exchange on a connection that is kept, or on a new one.
  ///
  /// - Parameter isSmall: it may come after others on the same connection.
  func perform(_ exchange: any HolderExchange, with holder: Endpoint, isSmall: Bool) {
    while true {
      let taken = exchange.isLast ? (HolderSession(holder), true) : sessions.take(holder, isSmall: isSmall)
      guard let (session, isNew) = taken else { return exchange.fail(.cancelled) }
      // It may have been closed since it was taken.
      guard session.submit(exchange) else { continue }
      if isNew { startOnExecutor { [self] in await session.run(self) } }
      return
    }
  }

  private func tell(_ outcome: Result<Event, TransferFailure>, _ attempt: AttemptID) {
    switch outcome {
    case .success(let event): delegate.tell(event)
    case .failure(let failure): delegate.tell(.fetchFailed(attempt, failure))
    }
  }

  /// Bytes for one more connection to a holder: half of what is left, to be given back.
  func takeReceiveBuffer() -> Int {
    state.withLock { state in
      let share = (limits.receiveBuffers - state.receiveBuffers) / 2
      let bytes = max(limits.leastReceiveBuffer, min(limits.receiveBuffer, share))
      state.receiveBuffers += bytes
      return bytes
    }
  }

  func giveBack(receiveBuffer bytes: Int) { state.withLock { $0.receiveBuffers -= bytes } }

  func shorten(_ attempt: AttemptID, to end: UInt64) {
    controls.withLock { $0[attempt]?.control.shorten(to: end) }
  }

  /// What is being fetched of a file is checked against that list from its next block on.
  func useBlocks(_ list: BlockList?, for file: FileID) {
    let concerned = controls.withLock { $0.values.filter { $0.file == file } }
    for (_, control) in concerned { control.use(list) }
  }

  func limit(_ direction: TransferView.Direction, bytesPerSecond: UInt64?) {
    (direction == .down ? downloadLimit : uploadLimit).set(bytesPerSecond: bytesPerSecond)
  }

  /// Sends a file that nobody asked for.
  func replicate(_ upload: UploadID, to endpoint: Endpoint, _ entry: FileEntry, _ copy: LocalCopy) {
    start(on: executor) { [self] in
      do {
        let channel = try await dialer.connect(to: endpoint)
        let watchdog = Watchdog(channel.channel, limits: limits)
        defer { watchdog.stop() }
        try await channel.executeThenClose { inbound, _ in
          await self.upload(
            upload, GetFile(file: entry.id), entry, copy, on: channel.channel, watchdog)
          try await channel.channel.close(mode: .output)
          watchdog.waitForByte()
          for try await _ in inbound {}
        }
      } catch {
        // After the upload has ended this tells the core nothing new, and it takes no notice.
        delegate.tell(.uploadEnded(upload, .of(error)))
      }
    }
  }

  /// Writes a file to a connection and tells the core what became of it.
  func upload(
    _ id: UploadID, _ request: GetFile, _ entry: FileEntry, _ copy: LocalCopy, on channel: any Channel,
    _ watchdog: Watchdog
  ) async {
    var failure: TransferFailure?
    if uploads.begin(id, on: channel) {
      do {
        let file = try delegate.open(copy)
        let sender = FileSender(
          channel: channel, watchdog: watchdog, limits: limits, rateLimit: uploadLimit)
        let progress = { [delegate] in await delegate.deliver(.uploadProgress(id, bytes: $0)) }
        try await withTaskExecutorPreference(executor) {
          if request.acceptsRaw, let part = request.part(ofSize: file.size) {
            try await sender.sendRaw(entry, file, part, progress: progress)
          } else {
            try await sender.sendHex(entry, file, progress: progress)
          }
        }
      } catch {
        failure = watchdog.verdict == nil ? .of(error) : .tooSlow
        channel.close(promise: nil)
      }
    } else {
      channel.close(promise: nil)
    }
    if uploads.end(id) { failure = .cancelled }
    delegate.tell(.uploadEnded(id, failure))
  }

  func cancelUpload(_ id: UploadID) { uploads.cancel(id) }
  func cancelFetch(_ id: AttemptID) { fetches.cancel(id) }

  // MARK: Tasks

  func startOnExecutor(_ work: @escaping @Sendable () async -> Void) { start(on: executor, work) }

  private func start(on executor: TransferExecutor? = nil, _ work: @escaping @Sendable () async -> Void) {
    state.withLock { state in
      state.lastTask += 1
      let number = state.lastTask
      state.tasks[number] = Task(executorPreference: executor) { [self] in
        await work()
        self.state.withLock { _ = $0.tasks.removeValue(forKey: number) }
      }
    }
  }

  /// For connections to end; one that is still being made may take longer, and is of no consequence.
  private static let stopPatience = Duration.milliseconds(1_500)

  /// Ends every connection. Partial files are thrown away.
  func stop() async {
    courier.stop()
    answers.finishAll()
    sessions.stop()
    let tasks = state.withLock { Array($0.tasks.values) }
    for task in tasks { task.cancel() }
    fetches.cancelAll()
    uploads.cancelAll()
    await wait(for: tasks, atMost: Self.stopPatience)
    arrivals.discardAll()
    await executor.shutdown()
    await reading.shutdown()
  }
}
