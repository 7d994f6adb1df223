/// What a person or a script asks of the peer and the core decides. The prompt, the keys and headless
/// standard input all become these; questions (`list`, `peers`, …) are answered from a snapshot instead.
public enum Command: Sendable, Codable, Equatable {
  /// Share a file from anywhere on this machine: it is copied into `files/`, announced, and replicated
  /// to one random peer. The path is absolute.
  case push(path: String)
  /// Fetch a file, now.
  case get(FileID)
  /// The owner withdraws the file from the whole network. The own copy goes to the trash.
  case delete(FileID)
  /// Only the own copy goes, to the trash.
  case forget(FileID)
  /// Tell every tracked peer that this file is here.
  case announce(FileID)
  /// Greet one peer, or without an endpoint a random few now.
  case gossip(Endpoint?)
  case pause(FileID)
  case resume(FileID)
  case cancel(FileID)
  case retry(FileID)
  /// Put a download elsewhere in the queue.
  case move(FileID, QueueMove)
  case prioritise(FileID, TransferPriority)
  /// By `TransferView.number`.
  case cancelUpload(UInt64)
  /// Bytes a second over all transfers of a direction; `nil` is no bound.
  case limit(TransferView.Direction, bytesPerSecond: UInt64?)
  /// How many transfers of a direction run at once: 1...1000.
  case slots(TransferView.Direction, Int)
}

/// What became of a command: sentences for people, without markup or a line break.
public enum CommandReply: Sendable, Codable, Equatable {
  case done(String)
  case failed(String)

  /// What people are told.
  public var text: String {
    switch self {
    case .done(let text), .failed(let text): text
    }
  }

  /// Whether the command was carried out.
  public var isDone: Bool {
    if case .done = self { true } else { false }
  }
}
