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
  let downloadLimit: RateLimit?
  private let uploadLimit: RateLimit?
  private let uploads = RunningTransfers<UploadID>()
  private let group: any EventLoopGroup
  private let executor = TransferExecutor()
  private let courier: Courier
  private let state = Mutex(State())

  private struct State {
    var lastConnection: UInt64 = 0
    var pushes = 0
    var tasks: [UInt64: Task<Void, Never>] = [:]
    var lastTask: UInt64 = 0
  }

  init(
    delegate: any NetworkDelegate, limits: NetworkLimits = NetworkLimits(), coreLimits: Limits,
    limitDown: Double?, limitUp: Double?
  ) {
    self.delegate = delegate
    self.limits = limits
    self.coreLimits = coreLimits
    group = MultiThreadedEventLoopGroup.singleton
    dialer = Dialer(group: group, limits: limits)
    heldBytes = HeldBytes(limit: limits.heldBytes)
    downloadLimit = limitDown.map { RateLimit(bytesPerSecond: $0) }
    uploadLimit = limitUp.map { RateLimit(bytesPerSecond: $0) }
    courier = Courier(dialer: dialer, limits: limits) { endpoint, failure in
      await delegate.deliver(failure.map { .sendFailed(to: endpoint, reason: $0) } ?? .sent(to: endpoint))
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
            return ConnectionID($0.lastConnection)
          }
          await withTaskExecutorPreference(executor) {
            await AcceptedConnection(channel: channel, address: address, id: id, network: self).run()
          }
        }
      } catch is CancellationError {
      } catch {
        await delegate.log(.error, "the listener has stopped: \(Dialer.reason(error))")
      }
    }
  }

  /// - Returns: false if `NetworkLimits.pushes` files are arriving already.
  func pushBegins() -> Bool {
    state.withLock {
      guard $0.pushes < limits.pushes else { return false }
      $0.pushes += 1
      return true
    }
  }

  func pushEnded() { state.withLock { $0.pushes -= 1 } }

  // MARK: What the core wants

  func send(_ message: [UInt8], to endpoint: Endpoint) -> Bool { courier.send(message, to: endpoint) }

  func fetch(_ fetch: Effect.Fetch) {
    start(on: executor) { [self] in
      let result: Result<ReceivedFile, TransferFailure>
      do {
        result = .success(try await Fetcher(fetch: fetch, network: self).run())
      } catch {
        result = .failure(error as? TransferFailure ?? .reset("\(error)"))
      }
      // A cancelled attempt is nobody's any longer; the core knows what became of it.
      let wasCancelled = fetches.end(fetch.attempt)
      switch result {
      case .success(let file) where wasCancelled: arrivals.take(file.arrival)?.discard()
      case .success(let file): await delegate.deliver(.fetched(fetch.attempt, file))
      case .failure(let failure):
        await delegate.deliver(.fetchFailed(fetch.attempt, wasCancelled ? .cancelled : failure))
      }
    }
  }

  /// Sends a file that nobody asked for.
  func replicate(_ upload: UploadID, to endpoint: Endpoint, _ entry: FileEntry, _ copy: LocalCopy) {
    start(on: executor) { [self] in
      do {
        let channel = try await dialer.connect(to: endpoint)
        let watchdog = Watchdog(channel.channel, limits: limits)
        defer { watchdog.stop() }
        try await channel.executeThenClose { inbound, _ in
          await self.upload(upload, entry, copy, on: channel.channel, watchdog)
          try await channel.channel.close(mode: .output)
          watchdog.waitForByte()
          for try await _ in inbound {}
        }
      } catch {
        // After the upload has ended this tells the core nothing new, and it takes no notice.
        await delegate.deliver(
          .uploadEnded(upload, error as? TransferFailure ?? .reset(Dialer.reason(error))))
      }
    }
  }

  /// Writes a file to a connection and tells the core what became of it.
  func upload(
    _ id: UploadID, _ entry: FileEntry, _ copy: LocalCopy, on channel: any Channel, _ watchdog: Watchdog
  ) async {
    var failure: TransferFailure?
    if uploads.begin(id, on: channel) {
      do {
        let file = try delegate.open(copy)
        let sender = FileSender(
          channel: channel, watchdog: watchdog, limits: limits, rateLimit: uploadLimit)
        try await sender.send(entry, file) { await delegate.deliver(.uploadProgress(id, bytes: $0)) }
      } catch {
        failure = Self.failure(error, watchdog)
        channel.close(promise: nil)
      }
    } else {
      channel.close(promise: nil)
    }
    if uploads.end(id) { failure = .cancelled }
    await delegate.deliver(.uploadEnded(id, failure))
  }

  private static func failure(_ error: any Error, _ watchdog: Watchdog) -> TransferFailure {
    if watchdog.verdict != nil { return .tooSlow }
    return error as? TransferFailure ?? .reset(Dialer.reason(error))
  }

  func cancelUpload(_ id: UploadID) { uploads.cancel(id) }
  func cancelFetch(_ id: AttemptID) { fetches.cancel(id) }

  // MARK: Tasks

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
    let tasks = state.withLock { Array($0.tasks.values) }
    for task in tasks { task.cancel() }
    fetches.cancelAll()
    uploads.cancelAll()
    await wait(for: tasks, atMost: Self.stopPatience)
    arrivals.discardAll()
    await executor.shutdown()
  }
}
