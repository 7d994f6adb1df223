import DequeModule
import NIOCore
import PeerCore
import Synchronization

/// Delivers messages that expect no answer: connect, one write, half-close, so that readers that want the
/// end see it at once. `NetworkLimits.sends` at a time; the others wait, within bounds.
final class Courier: Sendable {
  private struct Parcel {
    var message: [UInt8]
    var endpoint: Endpoint
  }

  private struct State {
    var waiting: Deque<Parcel> = []
    var running = 0
    var lingering = 0
    var isStopped = false
  }

  private let dialer: Dialer
  private let limits: NetworkLimits
  private let state = Mutex(State())
  /// Told the outcome: `nil`, or why it could not be delivered.
  private let outcome: @Sendable (Endpoint, String?) async -> Void

  init(
    dialer: Dialer, limits: NetworkLimits, outcome: @escaping @Sendable (Endpoint, String?) async -> Void
  ) {
    self.dialer = dialer
    self.limits = limits
    self.outcome = outcome
  }

  /// - Returns: false if too many messages wait already; this one is dropped.
  func send(_ message: [UInt8], to endpoint: Endpoint) -> Bool {
    let isAccepted = state.withLock {
      guard !$0.isStopped, $0.waiting.count < limits.waitingSends else { return false }
      $0.waiting.append(Parcel(message: message, endpoint: endpoint))
      return true
    }
    if isAccepted { startNext() }
    return isAccepted
  }

  var waitingCount: Int { state.withLock { $0.waiting.count } }

  func stop() {
    state.withLock {
      $0.isStopped = true
      $0.waiting = []
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
        try await channel.channel.writeAndFlush(ByteBuffer(bytes: parcel.message))
        try await channel.channel.close(mode: .output)
        await outcome(parcel.endpoint, nil)
        endSend()
        await linger(inbound, watchdog)
      }
    } catch {
      if case TransferFailure.unreachable(let why) = error {
        await outcome(parcel.endpoint, why)
      } else {
        await outcome(parcel.endpoint, Dialer.reason(error))
      }
      endSend()
    }
  }

  /// An answer is not expected; but closing with unread bytes would reset the connection, and the message
  /// might be lost with it. Many peers never close: they hold up no other message.
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
      // It was delivered; how the other side ends the connection is its own affair.
    }
    state.withLock { $0.lingering -= 1 }
  }
}
