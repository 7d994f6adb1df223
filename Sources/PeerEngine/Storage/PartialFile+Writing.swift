import PeerCore

/// How the bytes of a partial file come in. They are written first, and count only when nothing is known to be wrong
/// with them.
extension PartialFile {
  // MARK: Room

  /// Notes how many bytes the whole file has, as a holder says, and takes room on the disk for the first of them.
  ///
  /// - Throws: `StorageError.diskFull` if there is not enough room.
  public func expect(size: UInt64) throws(StorageError) {
    guard state.withLock({ $0.size }) != size else { return }
    if Self.isLarge(size) {
      let before = try file.look().size
      try file.truncate(to: size)
      do { try reserve(upTo: min(size, Self.firstReserve)) } catch {
        // A file system may have taken a part of the room before it failed. That must not stay taken.
        try? file.truncate(to: before)
        throw error
      }
    }
    try state.withLock { state throws(StorageError) in
      state.size = size
      if state.map == nil, Self.isLarge(size) {
        state.map = try PartialMap(creating: Self.mapPath(path))
      }
      try state.map?.set(size: size)
    }
  }

  /// How many bytes room is taken for on a holder's word. Afterwards it is at most twice what has come, so that a holder
  /// that says 16 GiB and sends nothing does not fill the disk.
  private static let firstReserve: UInt64 = 64 << 20

  private func reserve(upTo end: UInt64) throws(StorageError) {
    let start = state.withLock { $0.reserved }
    guard start < end else { return }
    try file.reserve(start..<end)
    state.withLock { $0.reserved = max($0.reserved, end) }
  }

  /// Takes more room once three quarters of what is reserved have come.
  private func reserveAhead() throws(StorageError) {
    let end: UInt64? = state.withLock { state in
      guard let size = state.size, state.reserved < size, Self.isLarge(size) else { return nil }
      let here = state.complete.byteCount
      guard here >= state.reserved / 4 * 3 else { return nil }
      return min(size, max(Self.firstReserve, 2 * here))
    }
    if let end { try reserve(upTo: end) }
  }

  /// Whether a file has more than one block. A smaller one is written in a moment, and to reserve its room or to keep a
  /// map of it would cost as much as that.
  static func isLarge(_ size: UInt64) -> Bool { size > BlockList.blockSize }

  // MARK: Bytes

  /// Writes bytes after those that were appended before. They count at once, and are hashed.
  ///
  /// - Throws: `StorageError.diskFull` and others. What was appended before is still here.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    let start = state.withLock { $0.end }
    try file.write(bytes, at: start)
    hashed.withLock {
      $0.hash.update(bytes)
      $0.end += UInt64(bytes.count)
    }
    state.withLock {
      $0.end += UInt64(bytes.count)
      $0.hashed = $0.end
    }
  }

  /// Writes bytes at a position. They do not count before `confirm`; where others count already, these are dropped.
  ///
  /// - Throws: `StorageError.diskFull` and others. What was written before is still here.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
    let range = offset..<offset + UInt64(bytes.count)
    try writing.withLock { _ throws(StorageError) in
      let complete = state.withLock { $0.complete }
      guard complete.ranges.contains(where: { $0.overlaps(range) }) else {
        return try file.write(bytes, at: offset)
      }
      for missing in RangeSet(range).subtracting(complete).ranges {
        let piece = bytes[Int(missing.lowerBound - offset)..<Int(missing.upperBound - offset)]
        try file.write(UnsafeRawBufferPointer(rebasing: piece), at: missing.lowerBound)
      }
    }
  }

  /// Lets written bytes count: nothing is known to be wrong with them.
  public func confirm(_ range: Range<UInt64>) throws(StorageError) {
    guard !range.isEmpty else { return }
    try writing.withLock { _ throws(StorageError) in
      try state.withLock { state throws(StorageError) in
        state.complete.insert(contentsOf: range)
        try state.map?.note(range, in: state.complete, size: state.size)
      }
    }
    try reserveAhead()
  }

  /// Writes the first bytes of a file, or all of them, to a file that is empty so far. They count at once, and are
  /// hashed from memory, without being read back.
  ///
  /// - Throws: `StorageError.diskFull` and others.
  public func fill(_ bytes: UnsafeRawBufferPointer, ofSize size: UInt64) throws(StorageError) {
    let end = UInt64(bytes.count)
    try expect(size: size)
    try write(bytes, at: 0)
    try confirm(0..<end)
    hashed.withLock {
      guard $0.end == 0 else { return }
      $0.hash.update(bytes)
      $0.end = end
      state.withLock { $0.hashed = end }
    }
  }

  /// Lets bytes no longer count, because they are wrong and have to come again. A hash that has taken some of them
  /// begins anew.
  public func forget(_ range: Range<UInt64>) throws(StorageError) {
    try state.withLock { state throws(StorageError) in
      state.complete.remove(contentsOf: range)
      state.followed = min(state.followed, range.lowerBound)
      try state.map?.forget(range)
    }
    hashed.withLock {
      guard range.lowerBound < $0.end else { return }
      $0 = Hashed()
      state.withLock { $0.hashed = 0 }
    }
  }
}
