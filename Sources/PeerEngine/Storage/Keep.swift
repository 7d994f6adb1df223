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

/// One file on its way from a partial file to `files/`. Used by one thread at a time.
final class Keep: @unchecked Sendable {
  let partial: PartialFile
  let firstSeen: Int64
  var entry: FileEntry
  /// Of the synced content.
  var stat: FileStat?
  /// The name that was chosen, and is nobody else's until this is over.
  var name: String?
  var copy: LocalCopy?
  /// What became of it, once that is known.
  var result: Result<LocalCopy, StorageError>?

  init(_ partial: PartialFile, _ entry: FileEntry, firstSeen: Int64) {
    self.partial = partial
    self.entry = entry
    self.firstSeen = firstSeen
  }

  var isOpen: Bool { result == nil }

  func receipt(named name: String) -> Receipt {
    Receipt(entry: entry, firstSeen: firstSeen, storedName: name)
  }

  /// A failure is this file's end.
  func attempt(_ work: () throws(StorageError) -> Void) {
    guard isOpen else { return }
    do throws(StorageError) { try work() } catch { result = .failure(error) }
  }

  /// A step that files make together: a failure is the end of all.
  static func attempt(_ keeps: [Keep], _ work: ([Keep]) throws(StorageError) -> Void) {
    let open = keeps.filter(\.isOpen)
    guard !open.isEmpty else { return }
    do throws(StorageError) { try work(open) } catch {
      for keep in open { keep.result = .failure(error) }
    }
  }
}

/// From a partial file to a file in `files/` (PROTOCOL.md, "Transfers").
extension HomeStore {
  /// Choices of a name before giving up: `name (10000).ext` is not what anybody wants.
  static let nameChoices = 10_000
  /// Files kept at once: they share five waits for the disk, and one that fails costs the others little.
  static let keptAtOnce = 256
  /// From so many files on their content is synced with all of their file system.
  static let syncedTogether = 8

  /// Makes downloaded files visible; they share what makes the disk wait. The bytes are checked against the
  /// entry's id once more.
  ///
  /// - Parameter keeps: at most `keptAtOnce`.
  /// - Returns: of each its copy; if the file was here before, the copy that it had. Or
  ///   `StorageError.mismatch`, `diskFull` and others; the partial file then remains, for its owner to
  ///   discard.
  func keep(_ keeps: [Keep]) async -> [Result<LocalCopy, StorageError>] {
    do throws(StorageError) {
      return try await onDisk { () throws(StorageError) in self.placeKept(keeps) }
    } catch {
      return keeps.map { _ in .failure(error) }
    }
  }

  /// - Parameter afterStep: lets a test see what the disk holds after each step.
  func placeKept(
    _ partial: PartialFile, as entry: FileEntry, firstSeen: Int64,
    afterStep: (KeepStep) -> Void = { _ in }
  ) throws(StorageError) -> LocalCopy {
    try placeKept([Keep(partial, entry, firstSeen: firstSeen)], afterStep: afterStep)[0].get()
  }

  /// Each step is made for all files before the next one (docs/adr/0001-what-is-synced-when.md). A file that
  /// fails leaves the others alone; a step that all share fails for all.
  func placeKept(
    _ keeps: [Keep], afterStep: (KeepStep) -> Void = { _ in }
  ) -> [Result<LocalCopy, StorageError>] {
    check(keeps)
    for keep in keeps {
      keep.attempt { () throws(StorageError) in keep.stat = try keep.partial.trim() }
    }
    syncContent(keeps.filter(\.isOpen))
    afterStep(.contentSynced)
    Keep.attempt(keeps) { (keeps) throws(StorageError) in
      try journal.append(
        keeps.map { $0.receipt(named: StoredName.base(for: $0.entry.name, id: $0.entry.id)) })
    }
    afterStep(.receiptWritten)
    for number in 1...Self.nameChoices {
      let nameless = keeps.filter { $0.isOpen && $0.copy == nil }
      if nameless.isEmpty { break }
      place(nameless, choice: number, afterStep: afterStep)
    }
    let placed = keeps.filter { $0.isOpen && $0.copy != nil }
    if !placed.isEmpty {
      afterStep(.placed)
      Keep.attempt(placed) { (_) throws(StorageError) in try Disk.syncDirectory(home.files) }
      afterStep(.directorySynced)
      Keep.attempt(placed) { (placed) throws(StorageError) in try record(placed) }
      afterStep(.copyRecorded)
    }
    names.withLock { names in
      for name in keeps.compactMap(\.name) { names.free(name) }
    }
    for keep in keeps { if case .success? = keep.result { keep.partial.discard() } }
    return keeps.map { keep in
      keep.result
        ?? .failure(
          .io(path: home.file(keep.entry.name), doing: "create", reason: "too many files of this name"))
    }
  }

  /// Each `fsync` waits for the disk's cache: many small files wait once, together. A few large ones do not
  /// wait for whatever else is being written to their file system.
  private func syncContent(_ keeps: [Keep]) {
    let areTogether = keeps.count >= Self.syncedTogether && syncFileSystem(keeps)
    if !areTogether, keeps.count > 1 {
      for keep in keeps { keep.partial.beginWriteBack() }
    }
    for keep in keeps {
      keep.attempt { () throws(StorageError) in
        if areTogether { try keep.partial.awaitWriteBack() } else { try keep.partial.sync() }
      }
      // The system may have dropped what it could not write, and would say the next time that all is well.
      if case .failure? = keep.result { keep.partial.discard() }
    }
  }

  private func syncFileSystem(_ keeps: [Keep]) -> Bool {
    // Why it failed, each file tells by itself.
    keeps.first.flatMap { try? $0.partial.syncFileSystem() } ?? false
  }

  /// What does not verify fails; what is here already is done with, if its copy is still what was recorded.
  private func check(_ keeps: [Keep]) {
    for keep in keeps {
      keep.attempt { () throws(StorageError) in
        guard keep.partial.verifies(keep.entry) else { throw .mismatch(id: keep.entry.id.hex) }
        keep.entry.sizeBytes = keep.partial.size
      }
    }
    Keep.attempt(keeps) { (keeps) throws(StorageError) in
      let copies = try catalogue.read { db in
        try keeps.map { keep in try Tables.copy(of: keep.entry.id, db)?.copy }
      }
      for case (let keep, let copy?) in zip(keeps, copies) {
        keep.attempt { () throws(StorageError) in
          if try Disk.look(home.file(copy.storedName))?.matches(copy) == true { keep.result = .success(copy) }
        }
      }
    }
  }

  /// Gives each file the next one of its names that is free.
  private func place(_ keeps: [Keep], choice number: Int, afterStep: (KeepStep) -> Void) {
    chooseNames(keeps, number)
    let named = keeps.filter { $0.isOpen && $0.name != nil }
    guard !named.isEmpty else { return }
    Keep.attempt(named) { (named) throws(StorageError) in
      try catalogue.write { db in
        for keep in named {
          guard let name = keep.name, let stat = keep.stat else { continue }
          try Tables.record(keep.receipt(named: name), db)
          try Tables.record(
            Tables.Placement(
              storedName: name, id: keep.entry.id, partial: keep.partial.name, inode: stat.inode), db)
        }
      }
    }
    afterStep(.placementRecorded)
    Keep.attempt(named) { (_) throws(StorageError) in try Disk.makeDirectory(home.files) }
    for keep in named where keep.isOpen {
      keep.attempt { () throws(StorageError) in try link(keep) }
      if keep.copy == nil, let name = keep.name {
        try? catalogue.write { db in try Tables.forgetPlacement(named: name, db) }
        release(keep)
      }
    }
  }

  /// Takes names that nothing else has.
  private func chooseNames(_ keeps: [Keep], _ number: Int) {
    for keep in keeps {
      let name = StoredName.choice(number, of: StoredName.base(for: keep.entry.name, id: keep.entry.id))
      keep.name = names.withLock { $0.take(name) } ? name : nil
      keep.attempt { () throws(StorageError) in
        if try Disk.look(home.file(name)) != nil { release(keep) }
      }
    }
    Keep.attempt(keeps) { (keeps) throws(StorageError) in
      let areRecorded = try catalogue.read { db in
        try keeps.map { keep in try keep.name.map { try Tables.copy(named: $0, db) != nil } ?? false }
      }
      for (keep, isRecorded) in zip(keeps, areRecorded) where isRecorded { release(keep) }
    }
  }

  private func release(_ keep: Keep) {
    if let name = keep.name { names.withLock { $0.free(name) } }
    keep.name = nil
  }

  private func link(_ keep: Keep) throws(StorageError) {
    guard let name = keep.name, let stat = keep.stat else { return }
    ownNames.withLock { $0.expect(name) }
    defer { if keep.copy == nil { ownNames.withLock { $0.forget(name) } } }
    guard try Disk.place(keep.partial.path, at: home.file(name)) else { return }
    keep.copy = LocalCopy(storedName: name, size: stat.size, modified: stat.modified)
  }

  private func record(_ keeps: [Keep]) throws(StorageError) {
    let recorded = try catalogue.write { db in
      try keeps.map { keep in
        guard let copy = keep.copy else { throw StorageError.closed }
        let id = keep.entry.id
        // The same file may have come on another way meanwhile.
        let other = try Tables.copy(of: id, db)
        try Tables.describe(keep.entry, firstSeen: keep.firstSeen, db)
        try Tables.record(copy, of: id, duplicate: other != nil, db)
        try Tables.forgetPlacement(named: copy.storedName, db)
        try Tables.forgetWanted(id, db)
        return other?.copy ?? copy
      }
    }
    for (keep, copy) in zip(keeps, recorded) { keep.result = .success(copy) }
  }

  /// Finishes the placements that a crash interrupted, as far as they had come: a partial file whose
  /// placement was recorded was complete and synced, so it gets its name. What it is counts only after the
  /// next scan has hashed it. Then removes the partial files that no download goes on with.
  static func recover(_ home: Home, _ catalogue: Catalogue) throws(StorageError) {
    let placements = try catalogue.write { db in
      try Tables.endPlacements(db)
      return try Tables.unfinishedPlacements(db)
    }
    for placement in placements where !placement.partial.isEmpty {
      let partial = "\(home.partial)/\(placement.partial)"
      guard let inode = try Disk.look(partial)?.inode else { continue }
      let name = try finish(placement, partial, inode, home)
      try catalogue.write { db in
        try Tables.finish(placement, named: name, inode: inode, db)
        // It is for the scan to say what it is; who went on with the partial file would keep it a second time.
        try Tables.forgetWanted(placement.id, db)
      }
    }
    try Disk.syncDirectory(home.files)
    let wanted = try catalogue.read { db in try Set(Tables.wanted(db).map(\.id)) }
    for case let name? in try Disk.names(in: home.partial) {
      if let id = PartialFile.id(ofName: name), wanted.contains(id) { continue }
      try Disk.removeFile("\(home.partial)/\(name)")
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
