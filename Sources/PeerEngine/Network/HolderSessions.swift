import NIOCore
import PeerCore
import Synchronization

/// The pool of connections to holders that take several requests. One that is idle is kept for a while, for the next
/// request to the same holder.
final class HolderSessions: Sendable {
  private struct Entry {
    let session: HolderSession
    /// How many exchanges were submitted and have not ended.
    var exchanges = 1
    /// Whether all of them ask for small files, so that another small file may wait for them.
    var isShared: Bool
    var idleSince = ContinuousClock.now

    var isIdle: Bool { exchanges == 0 }
  }

  private struct State {
    /// Among these, the idle ones are in the order in which they have become idle.
    var entries: [Entry] = []
    var isSweeping = false
    var isStopped = false

    /// The connection to a holder that has become idle last, which the holder is the least likely to have closed.
    func lastIdle(to endpoint: Endpoint) -> Int? {
      entries.lastIndex { $0.isIdle && $0.session.endpoint == endpoint }
    }

    /// Among the connections to a holder that give small files, the one that has the fewest to give; `nil` if each has
    /// as many as one may have.
    func leastBusy(to endpoint: Endpoint, below exchanges: Int) -> Int? {
      let shared = entries.indices.filter {
        entries[$0].isShared && entries[$0].exchanges < exchanges && entries[$0].session.endpoint == endpoint
      }
      return shared.min { entries[$0].exchanges < entries[$1].exchanges }
    }

    mutating func remove(_ session: HolderSession) -> Entry? {
      entries.firstIndex { $0.session === session }.map { entries.remove(at: $0) }
    }
  }

  private let state = Mutex(State())
  private let limits: NetworkLimits
  private let exchangesOfOne: Int

  /// - Parameter exchangesOfOne: how many small files may be asked for at once on one connection.
  init(limits: NetworkLimits, exchangesOfOne: Int) {
    self.limits = limits
    self.exchangesOfOne = exchangesOfOne
  }

  /// Finds a connection for one more exchange, or makes a new one. An idle one is preferred. A small file can also wait
  /// for a few others on the same connection.
  ///
  /// - Returns: `nil` after `stop`.
  func take(_ endpoint: Endpoint, isSmall: Bool) -> (session: HolderSession, isNew: Bool)? {
    state.withLock { state in
      guard !state.isStopped else { return nil }
      if let index = state.lastIdle(to: endpoint) {
        state.entries[index].exchanges = 1
        state.entries[index].isShared = isSmall
        return (state.entries[index].session, false)
      }
      if isSmall, let index = state.leastBusy(to: endpoint, below: exchangesOfOne) {
        state.entries[index].exchanges += 1
        return (state.entries[index].session, false)
      }
      let session = HolderSession(endpoint)
      state.entries.append(Entry(session: session, isShared: isSmall))
      return (session, true)
    }
  }

  /// Notes that an exchange has ended well. If more connections are idle than are kept, the oldest of them are closed.
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

  /// How long a connection is kept idle: a little shorter than the other side keeps it, so that a request rarely meets
  /// a connection that is just being closed.
  private var patience: Duration { .nanoseconds(limits.keepAlive.nanoseconds * 5 / 6) }

  /// Sees to it that the connection that has been idle for the longest time is closed in time.
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

  /// Forgets a connection that ends.
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
