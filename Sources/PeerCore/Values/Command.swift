/// What a person or a script asks the peer to do. The prompt, the keys and headless standard input all become commands;
/// questions (`list`, `peers`, …) are answered from a snapshot instead.
public enum Command: Sendable, Codable, Equatable {
  /// Share a file from anywhere on this machine: it is copied into `files/`, announced, and replicated
  /// to one random peer. The path is absolute.
  case push(path: String)
  /// Fetch a file: put it into the queue of downloads.
  case get(FileID)
  /// Withdraw a file of our own from the whole network. The copy here goes to the trash.
  case delete(FileID)
  /// Move the copy here to the trash; others keep theirs.
  case forget(FileID)
  /// Tell every tracked peer that a file is here.
  case announce(FileID)
  /// Greet a peer at that endpoint; without one, greet a few random tracked peers now.
  case gossip(Endpoint?)
  /// Stop a download for now. What is here of it stays.
  case pause(FileID)
  /// Let a paused download go on.
  case resume(FileID)
  /// Take a download out of the queue. What is here of it is thrown away.
  case cancel(FileID)
  /// Fetch a file once more that could not be fetched.
  case retry(FileID)
  /// Put a download elsewhere in the queue.
  case move(FileID, QueueMove)
  /// Change the priority of a download.
  case prioritise(FileID, TransferPriority)
  /// End an upload: its `TransferView.number`.
  case cancelUpload(UInt64)
  /// Bound all transfers of a direction together to so many bytes a second, 4,096 at least; `nil` is no bound.
  case limit(TransferView.Direction, bytesPerSecond: UInt64?)
  /// Let so many transfers of a direction run at once: 1...1000.
  case slots(TransferView.Direction, Int)
}

/// What became of a command, as a sentence for people, without markup and line breaks.
public enum CommandReply: Sendable, Codable, Equatable {
  case done(String)
  case failed(String)

  /// The sentence.
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
