import GRDB
import PeerCore

/// Verified files get their place in `files/` (PROTOCOL.md, "Transfers"). The order of the steps, and what a crash
/// after each of them leaves behind, is in docs/adr/0001-what-is-synced-when.md.
extension HomeStore {
  /// How many names are tried before giving up: nobody wants `name (10000).ext`.
  static let nameChoices = 10_000
  /// The most files that are kept together. They share five waits for the disk, and where a shared step fails, it fails
  /// for no more files than these.
  static let keptAtOnce = 256
  /// From so many files on, their bytes are synced with the whole file system instead of one by one.
  static let syncedTogether = 8

  /// Puts verified files into `files/` and records them. Their bytes are checked against the ids of their entries
  /// first.
  ///
  /// - Parameter keeps: at most `keptAtOnce`.
  /// - Returns: for each the copy in `files/`; if the file was here before, that is the copy that it had. Or else
  ///   `StorageError.mismatch`, `diskFull` and others. The partial file then remains, and its owner may discard it.
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

  /// Takes all files through one step before the next one, so that they share each wait for the disk. A file that fails
  /// alone does not stop the others; a step that files share fails for all of them.
  func placeKept(
    _ keeps: [Keep], afterStep: (KeepStep) -> Void = { _ in }
  ) -> [Result<LocalCopy, StorageError>] {
    verify(keeps)
    finishKnown(keeps)
    syncContent(keeps)
    afterStep(.contentSynced)
    writeReceipts(keeps)
    afterStep(.receiptWritten)
    for number in 1...Self.nameChoices {
      let unplaced = keeps.filter { $0.isOpen && $0.copy == nil }
      if unplaced.isEmpty { break }
      place(unplaced, choice: number, afterStep: afterStep)
    }
    settle(keeps.filter { $0.isOpen && $0.copy != nil }, afterStep: afterStep)
    return end(keeps)
  }

  // MARK: Checking

  /// Fails files whose bytes are not what their ids say.
  private func verify(_ keeps: [Keep]) {
    for keep in keeps {
      keep.attempt { () throws(StorageError) in
        guard keep.partial.verifies(keep.entry) else { throw .mismatch(id: keep.entry.id.hex) }
        keep.entry.sizeBytes = keep.partial.size
      }
    }
  }

  /// Ends the way of files that are in `files/` already, if that copy is still what was recorded.
  private func finishKnown(_ keeps: [Keep]) {
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

  // MARK: Before a file has a name

  /// Makes the bytes survive a loss of power. Each `fsync` waits for the disk's cache, so many files share one sync of
  /// their file system. That would also wait for whatever other programs are writing there, so a few files, which may
  /// be large, are synced one by one.
  private func syncContent(_ keeps: [Keep]) {
    for keep in keeps {
      keep.attempt { () throws(StorageError) in keep.stat = try keep.partial.trim() }
    }
    let open = keeps.filter(\.isOpen)
    let areTogether = open.count >= Self.syncedTogether && syncFileSystem(of: open)
    if !areTogether, open.count > 1 {
      for keep in open { keep.partial.beginWriteBack() }
    }
    for keep in open {
      keep.attempt { () throws(StorageError) in
        if areTogether { try keep.partial.awaitWriteBack() } else { try keep.partial.sync() }
      }
      // A system that could not write bytes may drop them, and the next sync would succeed without them.
      if case .failure? = keep.result { keep.partial.discard() }
    }
  }

  /// - Returns: false if that cannot be done here, or failed. Then each file is synced, and says by itself what is
  ///   wrong.
  private func syncFileSystem(of keeps: [Keep]) -> Bool {
    keeps.first.flatMap { try? $0.partial.syncFileSystem() } ?? false
  }

  private func writeReceipts(_ keeps: [Keep]) {
    Keep.attempt(keeps) { (keeps) throws(StorageError) in
      try journal.append(
        keeps.map { $0.receipt(named: StoredName.base(for: $0.entry.name, id: $0.entry.id)) })
    }
  }

  // MARK: Placing

  /// Tries to place each file under one of its names. A file whose name is taken remains without a copy, and tries the
  /// next one.
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

  /// Reserves a name for each file, unless another file is getting that name, or has it on the disk or in the
  /// catalogue.
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

  /// Gives the file its name, unless somebody else has taken the name since it was chosen.
  private func link(_ keep: Keep) throws(StorageError) {
    guard let name = keep.name, let stat = keep.stat else { return }
    ownNames.withLock { $0.expect(name) }
    defer { if keep.copy == nil { ownNames.withLock { $0.forget(name) } } }
    guard try Disk.place(keep.partial.path, at: home.file(name)) else { return }
    keep.copy = LocalCopy(storedName: name, size: stat.size, modified: stat.modified)
  }

  // MARK: Recording

  /// Makes the names survive a loss of power, and then records the files: the catalogue must not claim what a loss of
  /// power can take away.
  private func settle(_ placed: [Keep], afterStep: (KeepStep) -> Void) {
    guard !placed.isEmpty else { return }
    afterStep(.placed)
    Keep.attempt(placed) { (_) throws(StorageError) in try Disk.syncDirectory(home.files) }
    afterStep(.directorySynced)
    Keep.attempt(placed) { (placed) throws(StorageError) in try record(placed) }
    afterStep(.copyRecorded)
  }

  private func record(_ keeps: [Keep]) throws(StorageError) {
    let recorded = try catalogue.write { db in
      try keeps.map { keep in
        guard let copy = keep.copy else { throw StorageError.closed }
        let id = keep.entry.id
        // The same file may have come another way meanwhile. Then both copies are known, and this one is the duplicate.
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

  /// Lets go of the reserved names, and of the partial files of those that are kept.
  ///
  /// - Returns: what became of each file. One that is still open has found every one of its names taken.
  private func end(_ keeps: [Keep]) -> [Result<LocalCopy, StorageError>] {
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
}
