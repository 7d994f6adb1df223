import PeerCore
import Synchronization

/// Files that have arrived whole, and wait for the core's decision. Each belongs to one event that is on its way to the
/// core, so that there are never more than connections.
final class Arrivals: Sendable {
  private struct State {
    var files: [ArrivalID: any IncomingFile] = [:]
    var last: UInt64 = 0
  }

  private let state = Mutex(State())

  func put(_ file: any IncomingFile) -> ArrivalID {
    state.withLock {
      $0.last += 1
      $0.files[ArrivalID($0.last)] = file
      return ArrivalID($0.last)
    }
  }

  func take(_ arrival: ArrivalID) -> (any IncomingFile)? {
    state.withLock { $0.files.removeValue(forKey: arrival) }
  }

  /// Throws all of them away, as the peer stops.
  func discardAll() {
    let files = state.withLock { state in
      defer { state.files = [:] }
      return Array(state.files.values)
    }
    for file in files { file.discard() }
  }
}
