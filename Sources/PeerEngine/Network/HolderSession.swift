import DequeModule
import NIOCore
import PeerCore
import Synchronization

/// What is asked on a connection to a holder, and how the answer is read.
protocol HolderExchange: Sendable {
  /// Written as soon as the connection is there, before the answers to earlier ones have come.
  var request: [UInt8] { get }
  /// The holder takes no other request on the connection, and may wait for its end.
  var isLast: Bool { get }
  func perform(on stream: inout HolderStream) async -> ExchangeEnd
  /// The connection has ended before its turn came.
  func start()
  /// There will be no connection to perform on.
  func fail(_ failure: TransferFailure)
}

struct ExchangeEnd {
  /// Whether the connection is fit for another exchange.
  let isFit: Bool
  /// What became of the exchange, to be told when the connection is free for what follows from it.
  let tell: @Sendable () -> Void
}

/// A connection to a holder, for the duration of an exchange.
struct HolderStream {
  let channel: any Channel
  let watchdog: Watchdog
  fileprivate(set) var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  /// Bytes that have come, of later answers.
  var rest = ByteBuffer()
  /// An exchange went well on it before. The holder may have closed it since.
  fileprivate(set) var isReused = false

  /// The next bytes.
  mutating func next() async throws -> ByteBuffer? {
    guard rest.readableBytes == 0 else {
      defer { rest = ByteBuffer() }
      return rest
    }
    return try await inbound.next()
  }
}

/// A connection to a holder: one exchange after the other (PROTOCOL.md, "Extension": a connection is kept).
/// Connections to holders without the extension have one exchange only.
final class HolderSession: Sendable {
  private struct State {
    var waiting: Deque<any HolderExchange> = []
    /// Once there is a connection.
    var channel: (any Channel)?
    /// Somebody waits for the next exchange.
    var turn: CheckedContinuation<(any HolderExchange)?, Never>?
    var isClosed = false
  }

  let endpoint: Endpoint
  private let state = Mutex(State())

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  /// - Returns: false if the connection is closed; nothing becomes of the exchange then.
  func submit(_ exchange: any HolderExchange) -> Bool {
    let (isTaken, turn) = state.withLock { state in
      guard !state.isClosed else { return (false, nil as CheckedContinuation<(any HolderExchange)?, Never>?) }
      // Under the lock, as answers come in the order of requests.
      if let channel = state.channel { Self.ask([exchange], on: channel) }
      if state.turn == nil { state.waiting.append(exchange) }
      defer { state.turn = nil }
      return (true, state.turn)
    }
    turn?.resume(returning: exchange)
    return isTaken
  }

  /// After what is under way.
  func close() {
    let turn = state.withLock { state in
      state.isClosed = true
      defer { state.turn = nil }
      return state.turn
    }
    turn?.resume(returning: nil)
  }

  /// Connects, and performs what is submitted.
  func run(_ network: Network) async {
    let buffer = network.takeReceiveBuffer()
    defer { network.giveBack(receiveBuffer: buffer) }
    do {
      let channel = try await network.dialer.connect(to: endpoint, receiveBuffer: buffer)
      // However it ended, every exchange has told its own outcome.
      try? await channel.executeThenClose { inbound, _ in
        await perform(on: channel.channel, inbound.makeAsyncIterator(), network)
      }
      for exchange in end(network) { exchange.start() }
    } catch {
      for exchange in end(network) { exchange.fail(.of(error)) }
    }
  }

  private func perform(
    on channel: any Channel, _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
    _ network: Network
  ) async {
    let watchdog = Watchdog(channel, limits: network.limits)
    defer { watchdog.stop() }
    state.withLock { state in
      Self.ask(state.waiting, on: channel)
      state.channel = channel
    }
    var stream = HolderStream(channel: channel, watchdog: watchdog, inbound: inbound)
    while let exchange = await next() {
      let end = await exchange.perform(on: &stream)
      stream.isReused = true
      watchdog.work()
      if end.isFit {
        network.sessions.free(self)
      } else {
        network.sessions.drop(self)
        close()
      }
      end.tell()
      guard end.isFit else { return }
    }
  }

  private static func ask(_ exchanges: some Collection<any HolderExchange>, on channel: any Channel) {
    // Whether it could be written, the answer tells.
    channel.writeAndFlush(ByteBuffer(bytes: exchanges.flatMap(\.request)), promise: nil)
    if exchanges.contains(where: \.isLast) { channel.close(mode: .output, promise: nil) }
  }

  /// `nil` when the connection is to be closed.
  private func next() async -> (any HolderExchange)? {
    await withCheckedContinuation { turn in
      let next = state.withLock { state -> (any HolderExchange)?? in
        if state.isClosed { return .some(nil) }
        if let first = state.waiting.popFirst() { return first }
        state.turn = turn
        return nil
      }
      if let next { turn.resume(returning: next) }
    }
  }

  /// - Returns: the exchanges whose turn has not come.
  private func end(_ network: Network) -> Deque<any HolderExchange> {
    close()
    network.sessions.drop(self)
    return state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }
}

/// Connections to holders that take several requests.
final class HolderSessions: Sendable {
  private struct Entry {
    let session: HolderSession
    /// That have not ended.
    var exchanges = 1
    /// It gives small files only, and others can wait for them.
    var isShared: Bool
    var idleSince = ContinuousClock.now

    var isIdle: Bool { exchanges == 0 }
  }

  private struct State {
    /// Those that are idle are in the order in which they have become so.
    var entries: [Entry] = []
    var isSweeping = false
    var isStopped = false

    mutating func remove(_ session: HolderSession) -> Entry? {
      entries.firstIndex { $0.session === session }.map { entries.remove(at: $0) }
    }
  }

  private let state = Mutex(State())
  private let limits: NetworkLimits
  private let exchangesOfOne: Int

  /// - Parameter exchangesOfOne: small files that are asked for on one connection at once.
  init(limits: NetworkLimits, exchangesOfOne: Int) {
    self.limits = limits
    self.exchangesOfOne = exchangesOfOne
  }

  /// A connection for one more exchange: the one that waits for the shortest time, for a small file one that gives
  /// few others, else a new one. `nil` after the end.
  func take(_ endpoint: Endpoint, isSmall: Bool) -> (session: HolderSession, isNew: Bool)? {
    state.withLock { state in
      guard !state.isStopped else { return nil }
      if let index = state.entries.lastIndex(where: { $0.isIdle && $0.session.endpoint == endpoint }) {
        state.entries[index].exchanges = 1
        state.entries[index].isShared = isSmall
        return (state.entries[index].session, false)
      }
      let shared = state.entries.indices.filter {
        isSmall && state.entries[$0].isShared && state.entries[$0].exchanges < exchangesOfOne
          && state.entries[$0].session.endpoint == endpoint
      }
      if let index = shared.min(by: { state.entries[$0].exchanges < state.entries[$1].exchanges }) {
        state.entries[index].exchanges += 1
        return (state.entries[index].session, false)
      }
      let session = HolderSession(endpoint)
      state.entries.append(Entry(session: session, isShared: isSmall))
      return (session, true)
    }
  }

  /// An exchange has ended well. Of too many that wait, or after too long, the oldest are closed.
  func free(_ session: HolderSession) {
    let closed = state.withLock { state -> [HolderSession] in
      guard var entry = state.remove(session) else { return [] }
      entry.exchanges -= 1
      entry.idleSince = .now
      state.entries.append(entry)
      let idle = state.entries.filter(\.isIdle).map(\.session)
      let excess = idle.prefix(max(0, idle.count - limits.keptConnections))
      for session in excess { _ = state.remove(session) }
      return Array(excess)
    }
    for session in closed { session.close() }
    sweep()
  }

  /// A little sooner than the other side does.
  private var patience: Duration { .nanoseconds(limits.keepAlive.nanoseconds * 5 / 6) }

  /// Sees to it that those that wait for too long are closed.
  private func sweep() {
    let oldest: ContinuousClock.Instant? = state.withLock { state in
      guard !state.isSweeping, let oldest = state.entries.first(where: \.isIdle)?.idleSince else {
        return nil
      }
      state.isSweeping = true
      return oldest
    }
    guard let oldest else { return }
    Task { [weak self, patience] in
      try? await Task.sleep(until: oldest + patience, clock: .continuous)
      self?.closeExpired()
    }
  }

  private func closeExpired() {
    let latest = ContinuousClock.now - patience
    let expired = state.withLock { state in
      state.isSweeping = false
      let expired = state.entries.filter { $0.isIdle && $0.idleSince <= latest }.map(\.session)
      for session in expired { _ = state.remove(session) }
      return expired
    }
    for session in expired { session.close() }
    sweep()
  }

  func drop(_ session: HolderSession) { state.withLock { _ = $0.remove(session) } }

  func stop() {
    let all = state.withLock { state in
      state.isStopped = true
      defer { state.entries = [] }
      return state.entries.map(\.session)
    }
    for session in all { session.close() }
  }
}
