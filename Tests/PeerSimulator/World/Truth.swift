import PeerCore

/// What is really so, whatever peers believe.
final class Truth {
  struct File {
    /// As its owner describes it, who pushed it or put it into `files/`.
    var entry: FileEntry
    var bytes: [UInt8]
    /// Its owner was told that it is deleted.
    var isDeleted = false
    /// A delete was asked for, and may have been told to some.
    var isDoubtful = false
  }

  private(set) var files: [FileID: File] = [:]
  /// In the order in which they came.
  private(set) var order: [FileID] = []

  func add(_ entry: FileEntry, _ bytes: [UInt8]) {
    guard files[entry.id] == nil else { return }
    files[entry.id] = File(entry: entry, bytes: bytes)
    order.append(entry.id)
  }

  func change(_ id: FileID, _ change: (inout File) -> Void) {
    if files[id] != nil { change(&files[id]!) }
  }
}
