import PeerCore
import Synchronization

/// Connections on which a GET_FILE or a GET_BLOCKS waits for the core's decision.
final class Answers: Sendable {
  enum Decision: Sendable {
    case refuse
    case serve(UploadID, GetFile, FileEntry, LocalCopy)
    case serveBlocks(FileID, LocalCopy)
  }

  private let waiting = Mutex([ConnectionID: AsyncStream<Decision>.Continuation]())

  func expect(_ id: ConnectionID) -> AsyncStream<Decision> {
    let (stream, continuation) = AsyncStream<Decision>.makeStream(bufferingPolicy: .bufferingNewest(1))
    waiting.withLock { $0[id] = continuation }
    return stream
  }

  func forget(_ id: ConnectionID) { waiting.withLock { $0[id] = nil } }

  /// - Returns: false if the connection no longer waits.
  func decide(_ id: ConnectionID, _ decision: Decision) -> Bool {
    guard let continuation = waiting.withLock({ $0.removeValue(forKey: id) }) else { return false }
    continuation.yield(decision)
    continuation.finish()
    return true
  }

  /// Ends all waiting, as the peer stops.
  func finishAll() {
    let all = waiting.withLock { waiting in
      defer { waiting = [:] }
      return Array(waiting.values)
    }
    for continuation in all { continuation.finish() }
  }
}
