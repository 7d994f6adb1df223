import NIOCore
import PeerCore
import Synchronization

/// The transfers that run, so that they can be cancelled: one whose connection is closed under it ends at once.
final class RunningTransfers<ID: Hashable & Sendable>: Sendable {
  private struct State {
    var channels: [ID: any Channel] = [:]
    var cancelled: Set<ID> = []
  }

  private let state = Mutex(State())

  /// - Returns: false if the transfer has been cancelled already.
  func begin(_ id: ID, on channel: any Channel) -> Bool {
    state.withLock {
      if $0.cancelled.contains(id) { return false }
      $0.channels[id] = channel
      return true
    }
  }

  /// - Returns: whether the transfer was cancelled.
  @discardableResult
  func end(_ id: ID) -> Bool {
    state.withLock {
      $0.channels[id] = nil
      return $0.cancelled.remove(id) != nil
    }
  }

  /// Cancels a transfer that has begun, or is sure to begin.
  func cancel(_ id: ID) {
    let channel = state.withLock {
      $0.cancelled.insert(id)
      return $0.channels[id]
    }
    channel?.close(promise: nil)
  }

  func isCancelled(_ id: ID) -> Bool { state.withLock { $0.cancelled.contains(id) } }

  /// Cancels all that run now.
  func cancelAll() {
    for id in state.withLock({ Array($0.channels.keys) }) { cancel(id) }
  }
}
