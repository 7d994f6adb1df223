import DequeModule
import PeerCore
import ServiceLifecycle
import Synchronization

/// Turns snapshots into events, once for all listeners and at most one of each kind a second, and remembers the latest
/// of them, so that a listener which was away can go on. Listeners have no queues of their own: each takes what it has
/// not seen yet when it can, and one that is too slow for what is remembered is told the present state instead.
final class EventFeed: Service, Sendable {
  static let interval = Duration.seconds(1)
  /// The time between two signs of life on a silent connection, which proxies and phones cut after 30 s or more.
  static let heartbeat = Duration.seconds(15)
  /// The most listeners at once: each has a connection, and half of the connections are left for the page itself.
  static let listeners = 512
  /// The most events that are remembered, and the most bytes of them: a minute and a half of a busy peer.
  private static let remembered = 500
  private static let rememberedBytes = 1 << 20

  private struct State {
    var told: Snapshot
    var events: Deque<(number: UInt64, bytes: [UInt8])> = []
    var bytes = 0
    var last: UInt64 = 0
    var history = RateHistory()
    var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
    var lastListener: UInt64 = 0
    var isFinished = false
  }

  private let client: any PeerClient
  private let state: Mutex<State>
  /// Tells this run's numbers of events from those of an earlier one.
  private let run: String

  init(client: any PeerClient) {
    self.client = client
    let snapshot = client.snapshot
    state = Mutex(State(told: snapshot))
    run = String(snapshot.taken.wall, radix: 36)
  }

  // MARK: Snapshots in

  func run() async throws {
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.giveSignsOfLife() }
        for await snapshot in self.client.snapshots().cancelOnGracefulShutdown() {
          self.tell(snapshot)
          guard (try? await Task.sleep(for: Self.interval)) != nil else { break }
        }
        self.finish()
        group.cancelAll()
      }
    } onGracefulShutdown: {
      self.finish()
    }
  }

  func tell(_ snapshot: Snapshot) {
    let listeners = state.withLock { state -> [AsyncStream<Void>.Continuation] in
      state.history.record(
        received: snapshot.bytesReceived, sent: snapshot.bytesSent, at: snapshot.taken.uptime)
      let events = FeedChanges(old: state.told, new: snapshot).events
      state.told = snapshot
      for event in events { remember(event, &state) }
      return events.isEmpty ? [] : Array(state.listeners.values)
    }
    for listener in listeners { listener.yield() }
  }

  private func remember(_ event: FeedEvent, _ state: inout State) {
    state.last += 1
    let bytes = event.bytes(id: id(state.last))
    state.events.append((state.last, bytes))
    state.bytes += bytes.count
    while state.events.count > Self.remembered || state.bytes > Self.rememberedBytes, state.events.count > 1 {
      state.bytes -= state.events.removeFirst().bytes.count
    }
  }

  private func giveSignsOfLife() async {
    while (try? await Task.sleep(for: Self.heartbeat)) != nil {
      for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
    }
  }

  private func finish() {
    let listeners = state.withLock { state in
      state.isFinished = true
      defer { state.listeners = [:] }
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }

  // MARK: Events out

  /// How far a listener has come: the number of the last event that it has seen; `nil` if it has seen none.
  typealias Position = UInt64?

  /// - Parameter lastEventID: the id that the listener says it has seen last. One that means nothing here is ignored.
  func position(lastEventID: String?) -> Position {
    guard let parts = lastEventID?.split(separator: "-"), parts.count == 2, parts[0] == run else {
      return nil
    }
    return UInt64(parts[1])
  }

  /// The events after a position, as they go over the wire. Moves the position on.
  func next(after position: inout Position) -> [UInt8] {
    let (bytes, last) = state.withLock { state -> ([UInt8], UInt64) in
      let oldest = state.events.first?.number ?? state.last + 1
      guard let seen = position, seen <= state.last, seen + 1 >= oldest else {
        return (presentState(state), state.last)
      }
      return (state.events.lazy.filter { $0.number > seen }.flatMap(\.bytes), state.last)
    }
    position = last
    return bytes
  }

  /// Only the last event has an id, so that a listener which loses the connection in between begins anew.
  private func presentState(_ state: State) -> [UInt8] {
    let events = FeedChanges(old: nil, new: state.told).events
    return events.enumerated().flatMap { index, event in
      event.bytes(id: index == events.count - 1 ? id(state.last) : nil)
    }
  }

  private func id(_ number: UInt64) -> String { "\(run)-\(number)" }

  /// Says when to look for events: once at the start, then whenever there may be something new, or a sign of life is
  /// due. Ends when the server stops.
  ///
  /// - Returns: `nil` if there are too many listeners.
  func listen() -> AsyncStream<Void>? {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state -> UInt64? in
      guard !state.isFinished, state.listeners.count < Self.listeners else { return nil }
      state.lastListener += 1
      state.listeners[state.lastListener] = continuation
      return state.lastListener
    }
    guard let number else { return nil }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
    }
    continuation.yield()
    return stream
  }

  /// How many events there have been so far.
  var count: UInt64 { state.withLock { $0.last } }

  var listenerCount: Int { state.withLock { $0.listeners.count } }

  /// Bytes a second over the last 10 minutes.
  func rates(at uptime: Int64) -> (received: [Double], sent: [Double]) {
    state.withLock { $0.history.rates(at: uptime) }
  }
}
