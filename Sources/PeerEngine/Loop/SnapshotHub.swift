import PeerCore
import Synchronization

/// Hands the newest snapshot to whoever looks, and each further one to whoever listens. A slow listener misses some
/// snapshots, but never the newest.
final class SnapshotHub: Sendable {
  private struct State {
    var newest: Snapshot
    var listeners: [UInt64: AsyncStream<Snapshot>.Continuation] = [:]
    var lastListener: UInt64 = 0
    var isFinished = false
  }

  private let state: Mutex<State>

  init(_ first: Snapshot) { state = Mutex(State(newest: first)) }

  var newest: Snapshot { state.withLock { $0.newest } }

  func publish(_ snapshot: Snapshot) {
    let listeners = state.withLock { state in
      state.newest = snapshot
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.yield(snapshot) }
  }

  func listen() -> AsyncStream<Snapshot> {
    let (stream, continuation) = AsyncStream<Snapshot>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let number: UInt64? = state.withLock { state in
      continuation.yield(state.newest)
      guard !state.isFinished else { return nil }
      state.lastListener += 1
      state.listeners[state.lastListener] = continuation
      return state.lastListener
    }
    guard let number else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
    }
    return stream
  }

  func finish() {
    let listeners = state.withLock { state in
      state.isFinished = true
      defer { state.listeners = [:] }
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }
}
