import PeerCore

/// The commands that the core has not answered yet, and those who wait for the replies.
struct PendingCommands {
  private var waiting: [RequestID: CheckedContinuation<CommandReply, Never>] = [:]
  private var lastRequest: UInt64 = 0

  /// - Returns: the id under which the core will answer.
  mutating func add(_ continuation: CheckedContinuation<CommandReply, Never>) -> RequestID {
    lastRequest += 1
    let request = RequestID(lastRequest)
    waiting[request] = continuation
    return request
  }

  /// The one who waits for the reply and has to be resumed; `nil` if `failAll` has done so.
  mutating func remove(_ request: RequestID) -> CheckedContinuation<CommandReply, Never>? {
    waiting.removeValue(forKey: request)
  }

  mutating func failAll(_ reason: String) {
    for continuation in waiting.values { continuation.resume(returning: .failed(reason)) }
    waiting = [:]
  }
}
