import GRDB
import PeerCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a look at `files/` found out. The catalogue on disk knows it already.
public struct ScanResult: Sendable, Equatable {
  /// A file that is here.
  public struct Found: Sendable, Equatable {
    /// What it is.
    public var entry: FileEntry
    /// Where it is.
    public var copy: LocalCopy
  }

  /// Files that are here, under a name, a size or a modification time that was not known before. The
  /// entry may be of a file that we own, or of a download that was moved, or finished by a peer that
  /// crashed; it may even be of one that was deleted from the network and put back by hand.
  public var found: [Found] = []
  /// Files that have no copy any longer.
  public var gone: [FileID] = []
  /// Some files are still being written: scan again after `HomeStore.settleTime`.
  public var unsettled = false
  /// There was more to hash than one scan takes: scan again at once.
  public var unfinished = false
  /// What the log should say; one line each.
  public var notices: [String] = []
}

extension HomeStore {
  /// Nanoseconds that a file must have been left alone before it counts.
  public static let settleTime: Int64 = 1_000_000_000
  /// What one scan hashes at most, so that the first results of many come soon: files, …
  public static let scanFiles = 4_096
  /// … and bytes; about a second's worth. One file is always hashed whole.
  static let scanBytes: UInt64 = 1 << 30

  /// Compares `files/` with the catalogue (PROTOCOL.md, "What our peer sends": files found in `files/`).
  /// Only what is new or changed is read. Regular files count, unless their names begin with a dot;
  /// folders and symbolic links do not. Scans are one after the other.
  ///
  /// - Parameters:
  ///   - owner: of files that were put there by hand.
  ///   - limit: files to hash at most.
  public func scan(
    owner: PeerID, limit: Int = HomeStore.scanFiles
  ) async throws(StorageError) -> ScanResult {
    try await onScanner { () throws(StorageError) in
      var scan = Scan(store: self, owner: owner, limit: limit)
      return try scan.run()
    }
  }

  /// Registers one file of `files/` at once, settled or not. On the scanner's thread.
  func registerInPlace(
    _ name: String, owner: PeerID
  ) throws(StorageError) -> (entry: FileEntry, copy: LocalCopy) {
    let path = home.file(name)
    guard let stat = try Disk.look(path) else { throw .notFound(path: path) }
    switch stat.kind {
    case .regular: break
    case .directory: throw .isDirectory(path: path)
    case .symlink, .other: throw .notRegular(path: path)
    }
    var scan = Scan(store: self, owner: owner, limit: 1)
    guard let id = try scan.register(name, stat) else { throw .changed(path: path) }
    let known = try catalogue.read { db in
      (try Tables.entry(id, db), try Tables.copies(of: id, db).first { !$0.duplicate })
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
  /// Sizes of items that were left for a later scan: a vanished file of such a size may be one of them.
  private var sizesLeft: Set<UInt64> = []
  private var bytesHashed: UInt64 = 0
  /// Keyed by name, bytewise.
  private var placements: [[UInt8]: Tables.Placement] = [:]
  private var rows: [[UInt8]: Tables.CopyRow] = [:]

  init(store: HomeStore, owner: PeerID, limit: Int) {
    self.store = store
    self.owner = owner
    self.limit = limit
  }

  mutating func run() throws(StorageError) -> ScanResult {
    let items = try list()
    // In this order: a name that was listed and is not in placement any longer has its row by now.
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

  /// One file, whatever its age. `nil` if it changed meanwhile.
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

  /// The regular files of `files/` by name, bytewise. None if there is no such folder.
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

  /// A copy may have been recorded, or come back, after the listing.
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
      // Removed since the listing: the next scan tells of it.
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

  /// What a file is: what it was, if only its time changed; what it has a receipt of; else ours.
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

  /// A download that was interrupted by a crash, and whose bytes are not those that were synced, is not a
  /// file of ours: it goes to the trash.
  private mutating func discardSpoilt(_ item: Item) throws(StorageError) -> Bool {
    guard let placement = placements[item.key], placement.inode == item.stat.inode else { return false }
    let trashed = "\(Disk.nowMilliseconds())-\(store.nextSerial())-\(item.name)"
    try Disk.move(
      store.home.file(item.name),
      to: "\(store.home.trash)/\(StoredName.base(for: trashed, id: placement.id))")
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
    // A file may be found that could be placed, but whose name could not be synced then.
    if !identified.isEmpty { try Disk.syncDirectory(store.home.files) }
    let outcome = try store.catalogue.write { db in
      var touched = Touched()
      for found in identified {
        if let row = rows[found.item.key] { try touched.add(row.id, db) }
        try touched.add(found.entry.id, db)
      }
      for row in vanished { try touched.add(row.id, db) }
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
      return try touched.settle(db)
    }
    result.found = outcome.found
    result.gone = outcome.gone
  }

  /// Files whose copies change in a transaction, and what their copies were before.
  private struct Touched {
    private var ids: [FileID] = []
    private var before: [FileID: LocalCopy?] = [:]

    mutating func add(_ id: FileID, _ db: Database) throws {
      guard before[id] == nil else { return }
      ids.append(id)
      before[id] = .some(try Tables.copies(of: id, db).first { !$0.duplicate }?.copy)
    }

    /// Gives each file that lost its copy one of its duplicates, the first by name, and says what changed.
    func settle(_ db: Database) throws -> (found: [ScanResult.Found], gone: [FileID]) {
      var found: [ScanResult.Found] = []
      var gone: [FileID] = []
      for id in ids {
        let old = before[id] ?? nil
        guard let first = try Tables.copies(of: id, db).first else {
          if old != nil { gone.append(id) }
          continue
        }
        if first.duplicate { try Tables.record(first.copy, of: id, duplicate: false, db) }
        if first.copy != old, let entry = try Tables.entry(id, db) {
          found.append(ScanResult.Found(entry: entry, copy: first.copy))
        }
      }
      return (found, gone)
    }
  }
}
