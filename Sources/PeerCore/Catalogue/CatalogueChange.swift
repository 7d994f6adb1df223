/// What storage is asked to remember. A batch is applied in order and as a whole.
public enum CatalogueChange: Sendable, Equatable {
  /// A file was heard of, or more became known of it.
  case describe(FileEntry, firstSeen: Int64)
  /// The file is not in the catalogue any longer.
  case remove(FileID)
  case bury(Tombstone)
  case exhume(FileID)
  /// A file is in the queue of downloads, or its place there has changed.
  case want(WantedFile)
  case unwant(FileID)
}

/// Remembers that a file was deleted, so that late gossip does not bring it back.
public struct Tombstone: Hashable, Sendable, Codable {
  /// Of the file.
  public var id: FileID
  /// Whose DELETE it was. If it was ours, whoever still lists the file is told again.
  public var owner: String
  /// Milliseconds since 1970-01-01 UTC.
  public var time: Int64

  public init(id: FileID, owner: String, time: Int64) {
    self.id = id
    self.owner = owner
    self.time = time
  }
}

/// All that storage remembers across restarts.
public struct Remembered: Sendable {
  /// Every file of the catalogue that is remembered.
  public var files: [StoredFile]
  /// Of files that were deleted.
  public var tombstones: [Tombstone]
  /// The queue of downloads, in its order.
  public var wanted: [WantedFile]

  public init(files: [StoredFile] = [], tombstones: [Tombstone] = [], wanted: [WantedFile] = []) {
    self.files = files
    self.tombstones = tombstones
    self.wanted = wanted
  }
}

/// What storage remembers of a file across restarts.
public struct StoredFile: Hashable, Sendable {
  /// As it was reported.
  public var entry: FileEntry
  /// `nil` if the file is not here.
  public var copy: LocalCopy?
  /// Milliseconds since 1970-01-01 UTC.
  public var firstSeen: Int64

  public init(entry: FileEntry, copy: LocalCopy?, firstSeen: Int64) {
    self.entry = entry
    self.copy = copy
    self.firstSeen = firstSeen
  }
}
