import NIOCore
import PeerCore
import Synchronization

/// Every connection with other peers. It accepts, dials and streams files within the bounds of `NetworkLimits`. It
/// knows messages and transfers, but not why they happen: the core decides that.
///
/// This file has what all connections share, and those that others make. Network+Fetching.swift has what is fetched
/// from holders, Network+Uploading.swift what is sent to others.
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
  let receiveBuffers: ReceiveBuffers
  /// What may change about the attempts that run.
  let controls = Mutex([AttemptID: (file: FileID, control: FetchControl)]())
  let uploads = RunningTransfers<UploadID>()
  /// Runs the transfers that we begin, and everything that sends a file.
  let executor = TransferExecutor(yields: true)
  /// Reads what accepted connections get, unless it is short. It has threads of its own so that gossip does not queue
  /// behind the bytes of files.
  let reading = TransferExecutor(threads: 2, yields: false)
  private let courier: Courier
  private let state = Mutex(State())

  private struct State {
    var lastConnection: UInt64 = 0
    /// How many accepted connections are open.
    var connections = 0
    /// Where the files that are arriving unasked come from, one address for each file.
    var pushes: [String] = []
    /// How many bytes of these files have come so far.
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
    receiveBuffers = ReceiveBuffers(limits: limits)
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
          await withTaskExecutorPreference(EventLoopExecutor(channel.channel.eventLoop)) {
            await AcceptedConnection(channel: channel, address: address, id: id, network: self).run()
          }
          state.withLock { $0.connections -= 1 }
        }
      } catch is CancellationError {
        // The peer is stopping.
      } catch {
        await delegate.log(.error, "the listener has stopped: \(Dialer.reason(error))")
      }
    }
  }

  /// Takes a slot for a file that begins to arrive unasked.
  ///
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

  /// Gives back the slot that `pushBegins` has taken.
  func pushEnded(from address: String) {
    state.withLock { state in
      if let index = state.pushes.firstIndex(of: address) { state.pushes.remove(at: index) }
    }
  }

  /// Counts bytes of files that are arriving unasked; a negative number takes back those of a file that has ended.
  ///
  /// - Returns: how many there are now.
  func noteArriving(_ bytes: Int) -> Int {
    state.withLock {
      $0.arrivingBytes += bytes
      return $0.arrivingBytes
    }
  }

  /// How many accepted connections are open.
  var connections: Int { state.withLock { $0.connections } }
  /// How many messages wait for a connection.
  var waitingSends: Int { courier.waitingCount }

  // MARK: Messages and limits

  /// Delivers a message on a connection of its own, or with others that wait for the same peer if it `joins` them.
  ///
  /// - Returns: false if too many messages wait already.
  func send(_ message: [UInt8], to endpoint: Endpoint, joins: Bool = false) -> Bool {
    courier.send(message, to: endpoint, joins: joins)
  }

  /// Bounds all transfers of a direction together to so many bytes a second; `nil` is no bound.
  func limit(_ direction: TransferView.Direction, bytesPerSecond: UInt64?) {
    (direction == .down ? downloadLimit : uploadLimit).set(bytesPerSecond: bytesPerSecond)
  }

  // MARK: Tasks

  /// Starts a task that `stop` cancels, and for whose end it waits.
  func start(on executor: TransferExecutor? = nil, _ work: @escaping @Sendable () async -> Void) {
    state.withLock { state in
      state.lastTask += 1
      let number = state.lastTask
      state.tasks[number] = Task(executorPreference: executor) { [self] in
        await work()
        self.state.withLock { _ = $0.tasks.removeValue(forKey: number) }
      }
    }
  }

  /// How long `stop` waits for connections to end. One that is still being made may take longer, but it has done
  /// nothing yet that could be lost.
  private static let stopPatience = Duration.milliseconds(1_500)

  /// Ends every connection. Files that were arriving unasked are thrown away.
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
