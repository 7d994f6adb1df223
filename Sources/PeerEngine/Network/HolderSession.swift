import DequeModule
import NIOCore
import PeerCore
import Synchronization

/// A connection to a holder, on which one exchange follows the other (PROTOCOL.md, "Extension": a connection is kept).
/// With a holder that does not understand the extension, there is only one exchange.
final class HolderSession: Sendable {
  private struct State {
    /// The exchanges whose turn has not come.
    var waiting: Deque<any HolderExchange> = []
    /// `nil` until the connection is made.
    var channel: (any Channel)?
    /// The connection's task, while it waits for the next exchange.
    var turn: CheckedContinuation<(any HolderExchange)?, Never>?
    var isClosed = false
  }

  let endpoint: Endpoint
  private let state = Mutex(State())

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  /// Sends the request of an exchange, and lets the exchange read its answer when those before it have had theirs.
  ///
  /// - Returns: false if the connection is closed. Then nothing was done.
  func submit(_ exchange: any HolderExchange) -> Bool {
    let (isTaken, turn) = state.withLock { state in
      guard !state.isClosed else { return (false, nil as CheckedContinuation<(any HolderExchange)?, Never>?) }
      // Still under the lock: answers come in the order of the requests, and that has to be the order of the turns.
      if let channel = state.channel { Self.ask([exchange], on: channel) }
      if state.turn == nil { state.waiting.append(exchange) }
      defer { state.turn = nil }
      return (true, state.turn)
    }
    turn?.resume(returning: exchange)
    return isTaken
  }

  /// Closes the connection as soon as the exchange that is under way has ended.
  func close() {
    let turn = state.withLock { state in
      state.isClosed = true
      defer { state.turn = nil }
      return state.turn
    }
    turn?.resume(returning: nil)
  }

  /// Connects, and performs what is submitted, until the connection is closed.
  func run(_ network: Network) async {
    let buffer = network.receiveBuffers.take()
    defer { network.receiveBuffers.giveBack(buffer) }
    do {
      let channel = try await network.dialer.connect(to: endpoint, receiveBuffer: buffer)
      // An error here can only concern the closing: every exchange has reported its own outcome.
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
    defer { stream.tellEnded() }
    while let exchange = await next(&stream) {
      let end = await exchange.perform(on: &stream)
      stream.isReused = true
      watchdog.work()
      if end.isFit {
        network.sessions.free(self)
      } else {
        network.sessions.drop(self)
        close()
      }
      stream.note(end)
      guard end.isFit else { return }
    }
  }

  private static func ask(_ exchanges: some Collection<any HolderExchange>, on channel: any Channel) {
    // If this cannot be written, no answer comes, and the exchange finds that out.
    channel.writeAndFlush(ByteBuffer(bytes: exchanges.flatMap(\.request)), promise: nil)
    if exchanges.contains(where: \.isLast) { channel.close(mode: .output, promise: nil) }
  }

  /// The next exchange; `nil` when the connection is to be closed. If there is none yet, it waits.
  private func next(_ stream: inout HolderStream) async -> (any HolderExchange)? {
    if state.withLock({ $0.waiting.isEmpty }) { stream.tellEnded() }
    return await withCheckedContinuation { turn in
      let next = state.withLock { state -> (any HolderExchange)?? in
        if state.isClosed { return .some(nil) }
        if let first = state.waiting.popFirst() { return first }
        state.turn = turn
        return nil
      }
      if let next { turn.resume(returning: next) }
    }
  }

  /// Takes no more exchanges.
  ///
  /// - Returns: those whose turn has not come.
  private func end(_ network: Network) -> Deque<any HolderExchange> {
    close()
    network.sessions.drop(self)
    return state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }
}
