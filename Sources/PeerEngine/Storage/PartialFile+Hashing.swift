import PeerCore

/// How the bytes of a partial file are checked. An id is the hash of a file from its beginning, so hashing follows the
/// bytes that are here without a gap. Appended bytes are hashed as they come. Others are read back from the page cache,
/// on another thread (`follow`), while connections go on receiving.
extension PartialFile {
  /// The fewest bytes for which a turn of hashing is begun.
  private static let leastTurn: UInt64 = 1 << 20
  /// The most bytes that are hashed in one turn. Then the files that wait for the same thread have theirs.
  private static let turn: UInt64 = 32 << 20

  /// - Returns: whether there is enough to hash for a turn, and nobody is at it. The caller then has to call `follow`.
  func beginFollowing() -> Bool {
    state.withLock { state in
      guard !state.isFollowing, state.frontier >= state.followed + Self.leastTurn else { return false }
      state.isFollowing = true
      return true
    }
  }

  /// Hashes for one turn.
  ///
  /// - Returns: whether the caller has to call it again.
  func follow() -> Bool {
    let end = state.withLock { state in
      state.followed = min(state.followed + Self.turn, state.frontier)
      return state.followed
    }
    // If bytes cannot be read now, they are read again when the hash is wanted. Then an error is reported.
    try? hash(upTo: end)
    state.withLock { $0.isFollowing = false }
    return beginFollowing()
  }

  /// Whether all bytes that are here without a gap are hashed.
  var isHashed: Bool { state.withLock { $0.hashed == $0.frontier } }

  /// Whether the file has no more than one block, which is hashed in a moment, and all of it is here.
  var isSmallAndComplete: Bool {
    state.withLock { state in
      guard let size = state.size, !Self.isLarge(size) else { return false }
      return state.frontier == size
    }
  }

  /// Hashes all bytes that are here without a gap.
  ///
  /// - Parameter afterTurn: called after each turn but the last one.
  func finishHash(afterTurn: () -> Void = {}) throws(StorageError) {
    while true {
      let (end, isLast) = state.withLock { state in
        let end = min(state.hashed + Self.turn, state.frontier)
        return (end, end == state.frontier)
      }
      try hash(upTo: end)
      if isLast { return }
      afterTurn()
    }
  }

  private func hash(upTo end: UInt64) throws(StorageError) {
    try hashed.withLock { hashed throws(StorageError) in
      guard hashed.end < end else { return }
      let range = hashed.end..<end
      try file.read(range) { (bytes) throws(StorageError) in
        hashed.hash.update(bytes)
        hashed.end += UInt64(bytes.count)
      }
      state.withLock { $0.hashed = end }
    }
  }

  /// Lets the disk begin to write the bytes that were hashed since the last time, and so have been read back. The sync
  /// at the end then has less to wait for. This itself waits while the disk has more to do than it can queue.
  func beginWriteBackOfHashed() {
    let range: Range<UInt64>? = state.withLock { state in
      defer { state.writtenBack = max(state.writtenBack, state.hashed) }
      return state.writtenBack < state.hashed ? state.writtenBack..<state.hashed : nil
    }
    if let range { file.beginWriteBack(range) }
  }

  /// The SHA-256 of the bytes that are hashed so far, followed by `suffix`.
  public func digest(suffix: String) -> FileID { hashed.withLock { $0.hash }.id(suffix: suffix) }

  /// Whether the bytes that are hashed so far are those of a file: they give its id, together with its timestamp
  /// (PROTOCOL.md, "What is out there": `file_timestamp`).
  public func verifies(_ entry: FileEntry) -> Bool {
    hashed.withLock { $0.hash }.verifies(entry.id, timestamp: entry.timestamp)
  }

  /// The complete blocks whose hashes differ from those of a list.
  func blocks(differingFrom list: BlockList) throws(StorageError) -> [Int] {
    let complete = state.withLock { $0.complete }
    var differing: [Int] = []
    for (block, hash) in list.hashes.enumerated() {
      let range = BlockList.range(of: block, size: list.size)
      guard complete.intersection(RangeSet(range)) == RangeSet(range) else { continue }
      if try file.sha256(of: range) != hash { differing.append(block) }
    }
    return differing
  }
}
