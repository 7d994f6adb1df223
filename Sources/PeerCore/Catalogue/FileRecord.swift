/// What is known of one file, as the screen and the page see it.
public struct FileRecord: Hashable, Sendable, Codable {
  /// What reports say of it.
  public var entry: FileEntry
  /// The tracked peers that say they hold it, in the order in which they said so.
  public var holders: [PeerHandle]
  /// The copy in `files/`, which is verified and on disk; `nil` if the file is not here.
  public var copy: LocalCopy?
  /// What became of the wish to have it.
  public var fetch: FetchState
  /// When this peer first heard of it, in milliseconds since 1970-01-01 UTC.
  public var firstSeen: Int64
  /// Whether the owner itself has described it, so that nobody else's word counts any longer.
  var toldByOwner: Bool
  /// Whether the log has said that somebody describes it differently.
  var toldConflict = false

  public init(
    entry: FileEntry, holders: [PeerHandle] = [], copy: LocalCopy? = nil, fetch: FetchState = .idle,
    firstSeen: Int64 = 0, toldByOwner: Bool = false
  ) {
    self.entry = entry
    self.holders = holders
    self.copy = copy
    self.fetch = fetch
    self.firstSeen = firstSeen
    self.toldByOwner = toldByOwner
  }

  /// The states that people are shown (the HTTP API's `state`).
  public enum State: String, Sendable, Codable, CaseIterable {
    case local, fetching, failed, remote, unavailable
  }

  /// One word for copy, holders and fetch together.
  public var state: State {
    if copy != nil { return .local }
    switch fetch {
    case .wanted: return .fetching
    case .failed: return .failed
    case .idle: return holders.isEmpty ? .unavailable : .remote
    }
  }

  /// The size in bytes: exact if the file is here, otherwise as it was told or estimated.
  public var size: UInt64? { copy?.size ?? entry.sizeHint }
}

/// A file in `files/`.
public struct LocalCopy: Hashable, Sendable, Codable {
  /// Its name in `files/`: one path component.
  public var storedName: String
  /// Bytes of the file.
  public var size: UInt64
  /// The modification time in nanoseconds since 1970-01-01 UTC. By it and `size`, a change by hand is noticed.
  public var modified: Int64

  public init(storedName: String, size: UInt64, modified: Int64) {
    self.storedName = storedName
    self.size = size
    self.modified = modified
  }
}

/// What became of the wish to have a file.
public enum FetchState: String, Hashable, Sendable, Codable {
  /// Nobody asked for it.
  case idle
  /// In the queue, being fetched, paused, or waiting to be tried again.
  case wanted
  /// Given up after every holder failed too often.
  case failed
}
