import NIOCore
import PeerCore
import Synchronization

/// What is asked on a connection to a holder, and how the answer is read.
protocol HolderExchange: Sendable {
  /// - Returns: whether the connection is fit for another exchange.
  func perform(on stream: inout HolderStream) async -> Bool
  /// There will be no connection to perform on.
  func fail(_ failure: TransferFailure)
}

/// A connection to a holder, for the duration of an exchange.
struct HolderStream {
  let channel: any Channel
  let watchdog: Watchdog
  var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  /// An exchange went well on it before. The holder may have closed it since.
  var isReused = false
}

/// A connection to a holder: one exchange after the other (PROTOCOL.md, "Extension": a connection is kept).
/// Connections to holders without the extension have one exchange only.
final class HolderSession: Sendable {
  let endpoint: Endpoint
  private let exchanges: AsyncStream<any HolderExchange>.Continuation

  /// Connects.
  ///
  /// - Throws: `TransferFailure.unreachable`.
  static func open(to endpoint: Endpoint, network: Network) async throws -> HolderSession {
    let buffer = network.takeReceiveBuffer()
    let channel: PeerChannel
    do {
      channel = try await network.dialer.connect(to: endpoint, receiveBuffer: buffer)
    } catch {
      network.giveBack(receiveBuffer: buffer)
      throw error
    }
    let (stream, continuation) = AsyncStream<any HolderExchange>.makeStream()
    let session = HolderSession(endpoint: endpoint, exchanges: continuation)
    network.startOnExecutor {
      await session.run(channel, stream, network)
      network.giveBack(receiveBuffer: buffer)
    }
    return session
  }

  private init(endpoint: Endpoint, exchanges: AsyncStream<any HolderExchange>.Continuation) {
    self.endpoint = endpoint
    self.exchanges = exchanges
  }

  /// One at a time.
  func submit(_ exchange: any HolderExchange) {
    if case .enqueued = exchanges.yield(exchange) { return }
    exchange.fail(.reset("the connection was closed"))
  }

  /// After what is under way.
  func close() { exchanges.finish() }

  private func run(
    _ channel: PeerChannel, _ waiting: AsyncStream<any HolderExchange>, _ network: Network
  ) async {
    let watchdog = Watchdog(channel.channel, limits: network.limits)
    defer { watchdog.stop() }
    // However it ended, every exchange has told its own outcome.
    try? await channel.executeThenClose { inbound, _ in
      var stream = HolderStream(
        channel: channel.channel, watchdog: watchdog, inbound: inbound.makeAsyncIterator())
      for await exchange in waiting {
        guard await exchange.perform(on: &stream) else { break }
        stream.isReused = true
        watchdog.work()
        network.sessions.keep(self)
      }
    }
    network.sessions.drop(self)
    exchanges.finish()
    for await exchange in waiting { exchange.fail(.reset("the connection was closed")) }
  }
}

/// Connections to holders that wait for their next exchange.
final class HolderSessions: Sendable {
  private struct State {
    var idle: [(session: HolderSession, since: ContinuousClock.Instant)] = []
    var isSweeping = false
    var isStopped = false
  }

  private let state = Mutex(State())
  private let limits: NetworkLimits

  init(limits: NetworkLimits) { self.limits = limits }

  /// The one that waits for the shortest time.
  func take(_ endpoint: Endpoint) -> HolderSession? {
    state.withLock { state in
      guard let index = state.idle.lastIndex(where: { $0.session.endpoint == endpoint }) else { return nil }
      return state.idle.remove(at: index).session
    }
  }

  /// Too many, or after too long, the oldest are closed.
  func keep(_ session: HolderSession) {
    let closed = state.withLock { state in
      state.idle.append((session, .now))
      let excess = state.isStopped ? state.idle.count : max(0, state.idle.count - limits.keptConnections)
      defer { state.idle.removeFirst(excess) }
      return state.idle.prefix(excess).map(\.session)
    }
    for session in closed { session.close() }
    sweep()
  }

  /// A little sooner than the other side does.
  private var patience: Duration { .nanoseconds(limits.keepAlive.nanoseconds * 5 / 6) }

  /// Sees to it that those that wait for too long are closed.
  private func sweep() {
    let oldest: ContinuousClock.Instant? = state.withLock { state in
      guard !state.isSweeping, let oldest = state.idle.first?.since else { return nil }
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
      defer { state.idle.removeAll { $0.since <= latest } }
      return state.idle.filter { $0.since <= latest }.map(\.session)
    }
    for session in expired { session.close() }
    sweep()
  }

  func drop(_ session: HolderSession) {
    state.withLock { $0.idle.removeAll { $0.session === session } }
  }

  func stop() {
    let all = state.withLock { state in
      state.isStopped = true
      defer { state.idle = [] }
      return state.idle.map(\.session)
    }
    for session in all { session.close() }
  }
}
