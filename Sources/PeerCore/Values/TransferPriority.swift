/// Which downloads go first. Within one priority, the queue's order counts.
public enum TransferPriority: String, Sendable, Codable, CaseIterable, Comparable {
  case high, normal, low

  /// The more important one is the lesser.
  public static func < (a: TransferPriority, b: TransferPriority) -> Bool { a.place < b.place }

  private var place: Int {
    switch self {
    case .high: 0
    case .normal: 1
    case .low: 2
    }
  }
}

/// Where a download goes in the queue, among those of its priority.
public enum QueueMove: String, Sendable, Codable, CaseIterable {
  case first, up, down, last
}

/// A download that storage remembers, so that it goes on after a restart.
public struct WantedFile: Hashable, Sendable {
  /// Of the file.
  public var id: FileID
  /// Rises along the queue.
  public var rank: Int64
  /// Of the download.
  public var priority: TransferPriority
  /// The user has paused it.
  public var isPaused: Bool

  public init(id: FileID, rank: Int64, priority: TransferPriority = .normal, isPaused: Bool = false) {
    self.id = id
    self.rank = rank
    self.priority = priority
    self.isPaused = isPaused
  }
}
