/// Which downloads go first. Among those of one priority, the order of the queue decides.
public enum TransferPriority: String, Sendable, Codable, CaseIterable, Comparable {
  case high, normal, low

  /// In the order of the queue: the more important is the lesser.
  public static func < (a: TransferPriority, b: TransferPriority) -> Bool { a.place < b.place }

  private var place: Int {
    switch self {
    case .high: 0
    case .normal: 1
    case .low: 2
    }
  }
}

/// Where a download is moved in the queue, among those of its priority.
public enum QueueMove: String, Sendable, Codable, CaseIterable {
  case first, up, down, last
}

/// A download as storage remembers it, so that it goes on after a restart.
public struct WantedFile: Hashable, Sendable {
  /// The file that is wanted.
  public var id: FileID
  /// Its place in the queue: the lower, the earlier.
  public var rank: Int64
  /// The priority of the download.
  public var priority: TransferPriority
  /// Whether it was paused, by the user or because nothing else would help.
  public var isPaused: Bool

  public init(id: FileID, rank: Int64, priority: TransferPriority = .normal, isPaused: Bool = false) {
    self.id = id
    self.rank = rank
    self.priority = priority
    self.isPaused = isPaused
  }
}
