import GRDB
import PeerCore

/// Names in `files/` that are about to be taken, so that two placements do not choose the same one, and a
/// scan does not take a file for one put there by hand. Compared bytewise, as file systems do; Swift's `==`
/// on `String` would call composed and decomposed characters equal.
struct NamesInPlacement {
  private var names: Set<[UInt8]> = []

  mutating func take(_ name: String) -> Bool { names.insert(Array(name.utf8)).inserted }
  mutating func free(_ name: String) { names.remove(Array(name.utf8)) }
  func contains(_ name: String) -> Bool { names.contains(Array(name.utf8)) }
}

/// What `keep` has done, in order; a crash may come after each.
enum KeepStep: CaseIterable, Sendable {
  case contentSynced, receiptWritten, placementRecorded, placed, directorySynced, copyRecorded
}

/// From a partial file to a file in `files/` (PROTOCOL.md, "Transfers").
extension HomeStore {
  /// Choices of a name before giving up: `name (10000).ext` is not what anybody wants.
  static let nameChoices = 10_000

  /// Makes a downloaded file visible. The bytes are checked against the entry's id once more.
  ///
  /// - Parameter firstSeen: milliseconds since 1970-01-01 UTC.
  /// - Returns: the copy; if the file was here before, the copy that it had.
  /// - Throws: `StorageError.mismatch`, `diskFull` and others. The partial file then remains, for its owner
  ///   to discard.
  public func keep(
    _ partial: PartialFile, as entry: FileEntry, firstSeen: Int64
  ) async throws(StorageError) -> LocalCopy {
    try await onDisk { () throws(StorageError) in
      try self.placeKept(partial, as: entry, firstSeen: firstSeen)
    }
  }

  /// - Parameter afterStep: lets a test see what the disk holds after each step.
  func placeKept(
    _ partial: PartialFile, as entry: FileEntry, firstSeen: Int64,
    afterStep: (KeepStep) -> Void = { _ in }
  ) throws(StorageError) -> LocalCopy {
    guard partial.verifies(entry) else { throw .mismatch(id: entry.id.hex) }
    if let copy = try presentCopy(of: entry.id) {
      partial.discard()
      return copy
    }
    var entry = entry
    entry.sizeBytes = partial.size
    let stat = try partial.sync()
    afterStep(.contentSynced)
    let base = StoredName.base(for: entry.name, id: entry.id)
    try journal.append(Receipt(entry: entry, firstSeen: firstSeen, storedName: base))
    afterStep(.receiptWritten)
    for number in 1...Self.nameChoices {
      let name = StoredName.choice(number, of: base)
      guard names.withLock({ $0.take(name) }) else { continue }
      defer { names.withLock { $0.free(name) } }
      let receipt = Receipt(entry: entry, firstSeen: firstSeen, storedName: name)
      let copy = LocalCopy(storedName: name, size: stat.size, modified: stat.modified)
      if try place(partial, copy, receipt, inode: stat.inode, afterStep: afterStep) {
        return try record(copy, receipt, partial, afterStep: afterStep)
      }
    }
    throw .io(path: home.file(base), doing: "create", reason: "too many files of this name")
  }

  /// The recorded copy of a file, if it is still what was recorded.
  private func presentCopy(of id: FileID) throws(StorageError) -> LocalCopy? {
    let row = try catalogue.read { db in try Tables.copies(of: id, db).first { !$0.duplicate } }
    guard let copy = row?.copy, let stat = try Disk.look(home.file(copy.storedName)), stat.matches(copy)
    else { return nil }
    return copy
  }

  /// - Returns: whether the name was free, and is the file's now.
  private func place(
    _ partial: PartialFile, _ copy: LocalCopy, _ receipt: Receipt, inode: UInt64,
    afterStep: (KeepStep) -> Void
  ) throws(StorageError) -> Bool {
    let name = copy.storedName
    guard try Disk.look(home.file(name)) == nil,
      try catalogue.read({ db in try Tables.copy(named: name, db) }) == nil
    else { return false }
    try catalogue.write { db in
      try Tables.record(receipt, db)
      try Tables.record(
        Tables.Placement(storedName: name, id: receipt.entry.id, partial: partial.name, inode: inode), db)
    }
    afterStep(.placementRecorded)
    do {
      try Disk.makeDirectory(home.files)
      if try Disk.place(partial.path, at: home.file(name)) { return true }
    } catch {
      try? catalogue.write { db in try Tables.forgetPlacement(named: name, db) }
      throw error
    }
    try catalogue.write { db in try Tables.forgetPlacement(named: name, db) }
    return false
  }

  private func record(
    _ copy: LocalCopy, _ receipt: Receipt, _ partial: PartialFile, afterStep: (KeepStep) -> Void
  ) throws(StorageError) -> LocalCopy {
    afterStep(.placed)
    try Disk.syncDirectory(home.files)
    afterStep(.directorySynced)
    let id = receipt.entry.id
    let recorded = try catalogue.write { db in
      // The same file may have come on another way meanwhile.
      let other = try Tables.copies(of: id, db).first { !$0.duplicate }
      try Tables.describe(receipt.entry, firstSeen: receipt.firstSeen, db)
      try Tables.record(copy, of: id, duplicate: other != nil, db)
      try Tables.forgetPlacement(named: copy.storedName, db)
      return other?.copy ?? copy
    }
    afterStep(.copyRecorded)
    partial.discard()
    return recorded
  }

  /// Finishes the placements that a crash interrupted, as far as they had come: a partial file whose
  /// placement was recorded was complete and synced, so it gets its name. What it is counts only after the
  /// next scan has hashed it. Then removes all partial files.
  static func recover(_ home: Home, _ catalogue: Catalogue) throws(StorageError) {
    let placements = try catalogue.write { db in
      try Tables.endPlacements(db)
      return try Tables.unfinishedPlacements(db)
    }
    for placement in placements where !placement.partial.isEmpty {
      let partial = "\(home.partial)/\(placement.partial)"
      guard let inode = try Disk.look(partial)?.inode else { continue }
      let name = try finish(placement, partial, inode, home)
      try catalogue.write { db in try Tables.finish(placement, named: name, inode: inode, db) }
    }
    try Disk.syncDirectory(home.files)
    for name in try Disk.names(in: home.partial) {
      if let name { try Disk.remove("\(home.partial)/\(name)") }
    }
  }

  /// - Returns: the name in `files/` that the partial file has now.
  private static func finish(
    _ placement: Tables.Placement, _ partial: String, _ inode: UInt64, _ home: Home
  ) throws(StorageError) -> String {
    for number in 1...nameChoices {
      let name = StoredName.choice(number, of: placement.storedName)
      if try Disk.place(partial, at: home.file(name)) { return name }
      if try Disk.look(home.file(name))?.inode == inode { return name }
    }
    throw .io(path: home.file(placement.storedName), doing: "create", reason: "too many of this name")
  }
}

extension FileStat {
  /// Whether a file still is the one that was recorded, as far as can be told without reading it.
  func matches(_ copy: LocalCopy) -> Bool {
    kind == .regular && size == copy.size && modified == copy.modified
  }
}
