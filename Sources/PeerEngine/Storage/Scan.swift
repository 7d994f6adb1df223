import GRDB
import PeerCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension HomeStore {
  /// How long a file must have been left alone before it counts, in nanoseconds.
  public static let settleTime: Int64 = 1_000_000_000
  /// The most files that one scan hashes, so that the first results of many come soon.
  public static let scanFiles = 4_096
  /// The most bytes that one scan hashes, about a second's worth; but one file is always hashed whole.
  static let scanBytes: UInt64 = 1 << 30

  /// Compares `files/` with the catalogue (PROTOCOL.md, "What our peer sends": files found in `files/`). Only what is
  /// new or has changed is read. Regular files count unless their names begin with a dot; folders and symbolic links do
  /// not. One scan is made after the other.
  ///
  /// - Parameters:
  ///   - owner: whose the files are that were put there by hand.
  ///   - limit: the most files to hash.
  public func scan(
    owner: PeerID, limit: Int = HomeStore.scanFiles
  ) async throws(StorageError) -> ScanResult {
    try await onScanner { () throws(StorageError) in
      var scan = Scan(store: self, owner: owner, limit: limit)
      return try scan.run()
    }
  }

  /// Registers one file of `files/` at once, even if it was just written. To be called on the scanner's thread.
  func registerInPlace(
    _ name: String, owner: PeerID
  ) throws(StorageError) -> (entry: FileEntry, copy: LocalCopy) {
    let path = home.file(name)
    guard let stat = try Disk.look(path) else { throw .notFound(path: path) }
    try stat.checkIsRegular(path)
    var scan = Scan(store: self, owner: owner, limit: 1)
    guard let id = try scan.register(name, stat) else { throw .changed(path: path) }
    let known = try catalogue.read { db in
      (try Tables.entry(id, db), try Tables.copy(of: id, db))
    }
    guard let entry = known.0, let copy = known.1?.copy else { throw .changed(path: path) }
    return (entry, copy)
  }
}

/// One scan: list, compare, hash what is new, record.
private struct Scan {
  let store: HomeStore
  let owner: PeerID
  let limit: Int
  var result = ScanResult()

  private struct Item {
    let name: String
    let stat: FileStat
    var key: [UInt8] { Array(name.utf8) }
    var copy: LocalCopy { LocalCopy(storedName: name, size: stat.size, modified: stat.modified) }
  }

  /// An item whose content is known.
  private struct Identified {
    let item: Item
    let entry: FileEntry
    let firstSeen: Int64
  }

  private var identified: [Identified] = []
  /// The sizes of items that were left for a later scan: a file of such a size that is missing may be one of them.
  private var sizesLeft: Set<UInt64> = []
  private var bytesHashed: UInt64 = 0
  /// Unfinished placements, by the bytes of their names.
  private var placements: [[UInt8]: Tables.Placement] = [:]
  /// The copies that the catalogue has, by the bytes of their names.
  private var rows: [[UInt8]: Tables.CopyRow] = [:]

  init(store: HomeStore, owner: PeerID, limit: Int) {
    self.store = store
    self.owner = owner
    self.limit = limit
  }

  mutating func run() throws(StorageError) -> ScanResult {
    let items = try list()
    // In this order, as a name that was listed and is no longer in placement has its row in the tables by now.
    let inPlacement = store.names.withLock { $0 }
    try readTables()
    let listed = Set(items.map(\.key))
    for item in items where !inPlacement.contains(item.name) {
      if let row = rows[item.key], item.stat.matches(row.copy) { continue }
      try examine(item)
    }
    var vanished: [Tables.CopyRow] = []
    for row in rows.values where !listed.contains(Array(row.copy.storedName.utf8)) {
      if try isGone(row) { vanished.append(row) }
    }
    vanished.sort { $0.copy.storedName.utf8.lexicographicallyPrecedes($1.copy.storedName.utf8) }
    let dropped = placements.values.map(\.storedName).filter { !listed.contains(Array($0.utf8)) }
    try record(vanished: vanished, dropped: dropped)
    return result
  }

  /// Registers one file, whatever its age: its id, or `nil` if it changed meanwhile.
  mutating func register(_ name: String, _ stat: FileStat) throws(StorageError) -> FileID? {
    try readTables()
    let item = Item(name: name, stat: stat)
    if let row = rows[item.key], stat.matches(row.copy) { return row.id }
    guard let hash = try hash(item), let found = try identify(item, hash) else { return nil }
    identified.append(found)
    try record(vanished: [], dropped: [])
    return found.entry.id
  }

  // MARK: Looking

  /// The regular files of `files/`, in the order of their names' bytes; none if there is no such folder.
  private mutating func list() throws(StorageError) -> [Item] {
    let names: [String?]
    do {
      names = try Disk.names(in: store.home.files)
    } catch StorageError.notFound {
      return []
    }
    var items: [Item] = []
    for name in names {
      guard let name else {
        result.notices.append("a file in files/ whose name is not valid UTF-8 is not shared")
        continue
      }
      guard name.utf8.first != UInt8(ascii: "."), let stat = try Disk.look(store.home.file(name)),
        stat.kind == .regular
      else { continue }
      items.append(Item(name: name, stat: stat))
    }
    return items.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private mutating func readTables() throws(StorageError) {
    let (copies, unfinished) = try store.catalogue.read { db in
      (try Tables.copies(db), try Tables.unfinishedPlacements(db))
    }
    for row in copies { rows[Array(row.copy.storedName.utf8)] = row }
    for placement in unfinished { placements[Array(placement.storedName.utf8)] = placement }
  }

  /// Whether a copy that was not listed is gone: it may have been recorded, or have come back, since then.
  private func isGone(_ row: Tables.CopyRow) throws(StorageError) -> Bool {
    guard !sizesLeft.contains(row.copy.size) else { return false }
    return try Disk.look(store.home.file(row.copy.storedName)).map { !$0.matches(row.copy) } ?? true
  }

  // MARK: Hashing

  private mutating func examine(_ item: Item) throws(StorageError) {
    let age = Disk.now() - item.stat.modified
    if (0..<HomeStore.settleTime).contains(age) {
      result.unsettled = true
      sizesLeft.insert(item.stat.size)
      return
    }
    guard identified.count < limit, bytesHashed < HomeStore.scanBytes else {
      result.unfinished = true
      sizesLeft.insert(item.stat.size)
      return
    }
    do {
      guard let hash = try hash(item) else {
        result.unsettled = true
        sizesLeft.insert(item.stat.size)
        return
      }
      bytesHashed += item.stat.size
      if let found = try identify(item, hash) { identified.append(found) }
    } catch StorageError.denied(let path, let reason) {
      result.notices.append("\(path) is not shared: \(reason)")
    } catch StorageError.notFound {
      // It was removed after the listing. The next scan notices that.
    }
  }

  /// `nil` if the file changed meanwhile.
  private func hash(_ item: Item) throws(StorageError) -> ContentHash? {
    let file = try OpenFile(store.home.file(item.name), O_RDONLY | O_NOFOLLOW)
    guard try file.look() == item.stat else { return nil }
    var hash = ContentHash()
    try store.readAll(file) { bytes in hash.update(bytes) }
    guard try file.look() == item.stat else { return nil }
    return hash
  }

  /// What a file is: what it was before, if only its time has changed; what there is a receipt of; or else a file of
  /// ours.
  private mutating func identify(
    _ item: Item, _ hash: ContentHash
  ) throws(StorageError) -> Identified? {
    let row = rows[item.key]
    let size = item.stat.size
    let seconds = Lexeme(item.stat.modifiedSeconds)
    let id = hash.id(suffix: seconds.text)
    let (before, receipts, same) = try store.catalogue.read { db in
      (
        try row.flatMap { try Tables.entry($0.id, db) },
        try Tables.receipts(named: item.name, size: size, db), try Tables.entry(id, db)
      )
    }
    let now = Disk.nowMilliseconds()
    if let before, hash.verifies(before.id, timestamp: before.timestamp) {
      return Identified(item: item, entry: before, firstSeen: now)
    }
    for receipt in receipts where hash.verifies(receipt.entry.id, timestamp: receipt.entry.timestamp) {
      var entry = receipt.entry
      entry.sizeBytes = size
      return Identified(item: item, entry: entry, firstSeen: receipt.firstSeen)
    }
    if try discardSpoilt(item) { return nil }
    let ours = FileEntry(
      id: id, name: item.name, owner: owner.text, timestamp: seconds, bytes: size)
    return Identified(item: item, entry: same ?? ours, firstSeen: now)
  }

  /// A download that was interrupted by a crash, and whose bytes are not those that were synced, is no file of ours. It
  /// goes to the trash.
  ///
  /// - Returns: whether it was one.
  private mutating func discardSpoilt(_ item: Item) throws(StorageError) -> Bool {
    guard let placement = placements[item.key], placement.inode == item.stat.inode else { return false }
    try Disk.move(
      store.home.file(item.name), to: store.placeInTrash(for: item.name, of: placement.id))
    try store.catalogue.write { db in try Tables.forgetPlacement(named: item.name, db) }
    result.notices.append(
      "\(item.name) was being received when the peer crashed, and is damaged: moved to the trash")
    return true
  }

  // MARK: Recording

  private mutating func record(
    vanished: [Tables.CopyRow], dropped: [String]
  ) throws(StorageError) {
    guard !identified.isEmpty || !vanished.isEmpty || !dropped.isEmpty else { return }
    let identified = identified
    let rows = rows
    // Among what is found there may be a file whose name could not be synced when it was placed.
    if !identified.isEmpty { try Disk.syncDirectory(store.home.files) }
    let outcome = try store.catalogue.write { db in
      var changes = CopyChanges()
      for found in identified {
        if let row = rows[found.item.key] { try changes.add(row.id, db) }
        try changes.add(found.entry.id, db)
      }
      for row in vanished { try changes.add(row.id, db) }
      for found in identified {
        let id = found.entry.id
        if try Tables.entry(id, db) == nil {
          try Tables.describe(found.entry, firstSeen: found.firstSeen, db)
        }
        try Tables.forgetCopy(named: found.item.name, db)
        try Tables.record(found.item.copy, of: id, duplicate: true, db)
        try Tables.forgetPlacement(named: found.item.name, db)
      }
      for row in vanished { try Tables.forgetCopy(named: row.copy.storedName, db) }
      for name in dropped { try Tables.forgetPlacement(named: name, db) }
      return try changes.settle(db)
    }
    result.found = outcome.found
    result.gone = outcome.gone
  }
}
