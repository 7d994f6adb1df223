/// What storage is asked to remember. A batch of changes is applied in order, and as a whole.
public enum CatalogueChange: Sendable, Equatable {
  /// A file was heard of, or more has become known of it. `firstSeen` is in milliseconds since 1970-01-01 UTC.
  case describe(FileEntry, firstSeen: Int64)
  /// A file is no longer in the catalogue.
  case remove(FileID)
  /// A file was deleted.
  case bury(Tombstone)
  /// A file is no longer deleted, or its tombstone has made room.
  case exhume(FileID)
  /// A file is in the queue of downloads, or its place there has changed.
  case want(WantedFile)
  /// A file is no longer in the queue of downloads.
  case unwant(FileID)
}

/// Remembers that a file was deleted, so that late gossip does not bring it back.
public struct Tombstone: Hashable, Sendable, Codable {
  /// The file that was deleted.
  public var id: FileID
  /// Whose file it was. If it was ours, whoever still lists it is sent the DELETE again.
  public var owner: String
  /// When it was deleted, in milliseconds since 1970-01-01 UTC.
  public var time: Int64

  public init(id: FileID, owner: String, time: Int64) {
    self.id = id
    self.owner = owner
    self.time = time
  }
}

/// All that storage remembers across restarts.
public struct Remembered: Sendable {
  /// Every file in the catalogue, in the order in which they were first heard of.
  public var files: [StoredFile]
  /// The tombstones of files that were deleted, the oldest first.
  public var tombstones: [Tombstone]
  /// The queue of downloads, in order.
  public var wanted: [WantedFile]

  public init(files: [StoredFile] = [], tombstones: [Tombstone] = [], wanted: [WantedFile] = []) {
    self.files = files
    self.tombstones = tombstones
    self.wanted = wanted
  }
}

/// What storage remembers of a file across restarts.
public struct StoredFile: Hashable, Sendable {
  /// What the catalogue knows of the file.
  public var entry: FileEntry
  /// The copy in `files/`; `nil` if the file is not here.
  public var copy: LocalCopy?
  /// When this peer first heard of the file, in milliseconds since 1970-01-01 UTC.
  public var firstSeen: Int64

  public init(entry: FileEntry, copy: LocalCopy?, firstSeen: Int64) {
    self.entry = entry
    self.copy = copy
    self.firstSeen = firstSeen
  }
}
