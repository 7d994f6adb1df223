import PeerCore

/// Which files there really are, whatever peers believe.
final class Truth {
  struct File {
    /// As it is described by its owner, who has pushed it or put it into `files/`.
    var entry: FileEntry
    var bytes: [UInt8]
    /// Whether its owner was told that it is deleted.
    var isDeleted = false
    /// Whether its deletion was asked for, so that some peers may know of it and others not.
    var isDoubtful = false
  }

  private(set) var files: [FileID: File] = [:]
  /// In the order in which they were made.
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
