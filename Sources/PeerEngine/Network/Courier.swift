import DequeModule
import NIOCore
import PeerCore
import Synchronization

/// Delivers messages that expect no answer: it connects, writes once, and half-closes, so that readers which wait for
/// the end see it at once. It makes `NetworkLimits.sends` deliveries at a time; the others wait, within bounds.
///
/// Peers of this program take several messages on one connection. What waits for such a peer goes together.
final class Courier: Sendable {
  private struct Parcel {
    /// `nil` stands for all messages that wait to be joined.
    var message: [UInt8]?
    var endpoint: Endpoint
  }

  private struct Joined {
    var bytes: [UInt8] = []
    var count = 0
  }

  private struct State {
    var waiting: Deque<Parcel> = []
    /// Messages that go together on one connection, by their destination. Each has a parcel, which waits or is under
    /// way.
    var joined: [Endpoint: Joined] = [:]
    var joinedCount = 0
    var running = 0
    var lingering = 0
    var isStopped = false
  }

  private let dialer: Dialer
  private let limits: NetworkLimits
  private let state = Mutex(State())
  /// Called with the outcome of each delivery: `nil`, or why it failed.
  private let outcome: @Sendable (Endpoint, String?) -> Void

  init(
    dialer: Dialer, limits: NetworkLimits, outcome: @escaping @Sendable (Endpoint, String?) -> Void
  ) {
    self.dialer = dialer
    self.limits = limits
    self.outcome = outcome
  }

  /// - Parameter joins: whether the peer takes several messages on one connection.
  /// - Returns: false if too many messages wait already; then this one is dropped.
  func send(_ message: [UInt8], to endpoint: Endpoint, joins: Bool = false) -> Bool {
    let isAccepted = state.withLock { state in
      guard !state.isStopped, state.waiting.count + state.joinedCount < limits.waitingSends else {
        return false
      }
      guard joins else {
        state.waiting.append(Parcel(message: message, endpoint: endpoint))
        return true
      }
      state.joinedCount += 1
      if state.joined[endpoint] == nil { state.waiting.append(Parcel(endpoint: endpoint)) }
      state.joined[endpoint, default: Joined()].bytes += message
      state.joined[endpoint]?.count += 1
      return true
    }
    if isAccepted { startNext() }
    return isAccepted
  }

  /// What a parcel holds once its connection is there.
  private func contents(_ parcel: Parcel) -> [UInt8] {
    if let message = parcel.message { return message }
    return state.withLock { state in
      let joined = state.joined[parcel.endpoint] ?? Joined()
      state.joined[parcel.endpoint] = Joined()
      state.joinedCount -= joined.count
      return joined.bytes
    }
  }

  /// A delivery is over. Messages that came to be joined meanwhile get a parcel of their own.
  private func end(_ parcel: Parcel) {
    state.withLock { state in
      guard parcel.message == nil else { return }
      if state.joined[parcel.endpoint]?.count ?? 0 > 0 {
        state.waiting.append(parcel)
      } else {
        state.joined[parcel.endpoint] = nil
      }
    }
    endSend()
  }

  /// How many messages wait for their turn.
  var waitingCount: Int { state.withLock { $0.waiting.count + $0.joinedCount } }

  func stop() {
    state.withLock {
      $0.isStopped = true
      $0.waiting = []
      $0.joined = [:]
    }
  }

  private func startNext() {
    let parcel = state.withLock { state -> Parcel? in
      guard state.running < limits.sends, let parcel = state.waiting.popFirst() else { return nil }
      state.running += 1
      return parcel
    }
    guard let parcel else { return }
    Task { await deliver(parcel) }
  }

  /// A delivery has failed: what waits for a peer that cannot be reached is lost.
  private func drop(_ parcel: Parcel) {
    if parcel.message == nil { _ = contents(parcel) }
    end(parcel)
  }

  private func endSend() {
    state.withLock { $0.running -= 1 }
    startNext()
  }

  private func deliver(_ parcel: Parcel) async {
    do {
      let channel = try await dialer.connect(to: parcel.endpoint)
      let watchdog = Watchdog(channel.channel, limits: limits)
      defer { watchdog.stop() }
      try await channel.executeThenClose { inbound, _ in
        watchdog.waitForWrite()
        try await channel.channel.writeAndFlush(ByteBuffer(bytes: contents(parcel)))
        try await channel.channel.close(mode: .output)
        outcome(parcel.endpoint, nil)
        end(parcel)
        await linger(inbound, watchdog)
      }
    } catch {
      if case TransferFailure.unreachable(let why) = error {
        outcome(parcel.endpoint, why)
      } else {
        outcome(parcel.endpoint, Dialer.reason(error))
      }
      drop(parcel)
    }
  }

  /// Waits for the other side to close. No answer is expected, but to close with unread bytes would reset the
  /// connection, and the message might be lost. Many peers never close; they hold up no other message.
  private func linger(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ watchdog: Watchdog) async {
    let mayLinger = state.withLock { state in
      guard state.lingering < limits.lingering else { return false }
      state.lingering += 1
      return true
    }
    guard mayLinger else { return }
    watchdog.waitForByte()
    do {
      for try await _ in inbound {}
    } catch {
      // The message was delivered. How the other side ends the connection is its own affair.
    }
    state.withLock { $0.lingering -= 1 }
  }
}
