import GRDB
import PeerCore

/// The statements on `file`, `tombstone`, `copy`, `receipt`, `placement` and `note`; each within the
/// transaction of its caller.
enum Tables {
  // MARK: Soundness

  /// What SQLite does not look at: that rows hold what this program has written there.
  ///
  /// - Throws: `DatabaseError` of corruption.
  static func check(_ db: Database) throws {
    let id = "typeof(id) <> 'blob' OR length(id) <> 32"
    let wrong = [
      "file": id, "tombstone": id,
      "copy": "\(id) OR typeof(size) <> 'integer' OR size < 0 OR stored_name LIKE '%/%'",
      "receipt": id, "wanted": id, "placement": "\(id) OR stored_name LIKE '%/%' OR partial LIKE '%/%'",
    ]
    for (table, condition) in wrong.sorted(by: { $0.key < $1.key }) {
      let isWrong: Bool
      do {
        isWrong =
          try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE \(condition))") ?? true
      } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
        // Without the table or one of its columns.
        isWrong = true
      }
      if isWrong {
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\(table) holds what was never written")
      }
    }
  }

  // MARK: The catalogue as the core knows it

  static func load(_ db: Database) throws -> Remembered {
    let copies = try copies(db).reduce(into: [FileID: LocalCopy]()) { table, row in
      if !row.duplicate { table[row.id] = row.copy }
    }
    var files: [StoredFile] = []
    let count = try CatalogueRow(db, "SELECT count(*) FROM file")
    files.reserveCapacity(try count.first { Int($0.number(0)) } ?? 0)
    let row = try CatalogueRow(
      db, "SELECT id, name, owner, timestamp, size, size_bytes, first_seen FROM file ORDER BY rowid")
    while try row.next() {
      let entry = try row.entry()
      files.append(StoredFile(entry: entry, copy: copies[entry.id], firstSeen: row.number(6)))
    }
    var tombstones: [Tombstone] = []
    let grave = try CatalogueRow(db, "SELECT id, owner, time FROM tombstone ORDER BY rowid")
    while try grave.next() {
      tombstones.append(Tombstone(id: try grave.id(0), owner: grave.text(1), time: grave.number(2)))
    }
    return Remembered(files: files, tombstones: tombstones, wanted: try wanted(db))
  }

  static func apply(_ changes: [CatalogueChange], _ db: Database) throws {
    for change in changes {
      switch change {
      case .describe(let entry, let firstSeen): try describe(entry, firstSeen: firstSeen, db)
      case .remove(let id):
        try delete(id, from: "file", db)
        try delete(id, from: "copy", db)
      case .bury(let tombstone): try bury(tombstone, db)
      case .exhume(let id): try delete(id, from: "tombstone", db)
      case .want(let wanted): try record(wanted, db)
      case .unwant(let id): try forgetWanted(id, db)
      }
    }
  }

  static func describe(_ entry: FileEntry, firstSeen: Int64, _ db: Database) throws {
    let row = try CatalogueRow(
      db,
      """
      INSERT INTO file (id, name, owner, timestamp, size, size_bytes, first_seen)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner = excluded.owner,
        timestamp = excluded.timestamp, size = excluded.size, size_bytes = excluded.size_bytes,
        first_seen = excluded.first_seen
      """)
    row.bind(entry, firstSeen: firstSeen)
    try row.run()
  }

  /// The catalogue's own description of a file, if it has one; it outranks any other that storage knows.
  static func entry(_ id: FileID, _ db: Database) throws -> FileEntry? {
    let row = try CatalogueRow(
      db, "SELECT id, name, owner, timestamp, size, size_bytes FROM file WHERE id = ?")
    row.bind(1, id)
    return try row.first { try $0.entry() }
  }

  private static func bury(_ tombstone: Tombstone, _ db: Database) throws {
    let row = try CatalogueRow(db, "INSERT OR REPLACE INTO tombstone (id, owner, time) VALUES (?, ?, ?)")
    row.bind(1, tombstone.id)
    row.bind(2, tombstone.owner)
    row.bind(3, tombstone.time)
    try row.run()
  }

  private static func delete(_ id: FileID, from table: String, _ db: Database) throws {
    let row = try CatalogueRow(db, "DELETE FROM \(table) WHERE id = ?")
    row.bind(1, id)
    try row.run()
  }

  // MARK: Copies

  struct CopyRow {
    var id: FileID
    var copy: LocalCopy
    var duplicate: Bool
  }

  private static let copyColumns = "SELECT stored_name, id, size, modified, duplicate FROM copy"

  /// Ordered by name, bytewise.
  static func copies(_ db: Database) throws -> [CopyRow] {
    try copyRows(CatalogueRow(db, copyColumns + " ORDER BY stored_name"))
  }

  /// The copy of an id and its duplicates, the copy first, the others by name.
  static func copies(of id: FileID, _ db: Database) throws -> [CopyRow] {
    let row = try CatalogueRow(db, copyColumns + " WHERE id = ? ORDER BY duplicate, stored_name")
    row.bind(1, id)
    return try copyRows(row)
  }

  static func copy(named name: String, _ db: Database) throws -> CopyRow? {
    let row = try CatalogueRow(db, copyColumns + " WHERE stored_name = ?")
    row.bind(1, name)
    return try copyRows(row).first
  }

  private static func copyRows(_ row: CatalogueRow) throws -> [CopyRow] {
    var rows: [CopyRow] = []
    while try row.next() {
      let copy = LocalCopy(
        storedName: row.text(0), size: row.unsigned(2) ?? 0, modified: row.number(3))
      rows.append(CopyRow(id: try row.id(1), copy: copy, duplicate: row.number(4) != 0))
    }
    return rows
  }

  static func record(_ copy: LocalCopy, of id: FileID, duplicate: Bool, _ db: Database) throws {
    let row = try CatalogueRow(
      db,
      "INSERT OR REPLACE INTO copy (stored_name, id, size, modified, duplicate) VALUES (?, ?, ?, ?, ?)")
    row.bind(1, copy.storedName)
    row.bind(2, id)
    row.bind(3, copy.size)
    row.bind(4, copy.modified)
    row.bind(5, duplicate ? 1 : 0 as Int64)
    try row.run()
  }

  static func forgetCopy(named name: String, _ db: Database) throws {
    let row = try CatalogueRow(db, "DELETE FROM copy WHERE stored_name = ?")
    row.bind(1, name)
    try row.run()
  }

  // MARK: Receipts

  static func record(_ receipt: Receipt, _ db: Database) throws {
    let row = try CatalogueRow(
      db,
      """
      INSERT OR REPLACE INTO receipt
        (id, name, owner, timestamp, size, size_bytes, first_seen, stored_name)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """)
    row.bind(receipt.entry, firstSeen: receipt.firstSeen)
    row.bind(8, receipt.storedName)
    try row.run()
  }

  /// Receipts of one size that a file is compared with; more are hardly found outside of attacks, and each
  /// costs a microsecond.
  private static let receiptsOfOneSize = 10_000

  private static let receiptColumns =
    "SELECT id, name, owner, timestamp, size, size_bytes, first_seen, stored_name FROM receipt"

  /// What a file with this name or this size may turn out to be, the likeliest first.
  static func receipts(named name: String, size: UInt64, _ db: Database) throws -> [Receipt] {
    let named = try CatalogueRow(db, receiptColumns + " WHERE stored_name = ?")
    named.bind(1, name)
    let sized = try CatalogueRow(db, receiptColumns + " WHERE size_bytes = ? LIMIT \(receiptsOfOneSize)")
    sized.bind(1, size)
    return try receipts(named) + receipts(sized)
  }

  static func receipt(_ id: FileID, _ db: Database) throws -> Receipt? {
    let row = try CatalogueRow(db, receiptColumns + " WHERE id = ?")
    row.bind(1, id)
    return try receipts(row).first
  }

  static func receipts(_ db: Database) throws -> [Receipt] {
    try receipts(CatalogueRow(db, receiptColumns + " ORDER BY rowid"))
  }

  private static func receipts(_ row: CatalogueRow) throws -> [Receipt] {
    var receipts: [Receipt] = []
    while try row.next() {
      receipts.append(
        Receipt(entry: try row.entry(), firstSeen: row.number(6), storedName: row.text(7)))
    }
    return receipts
  }

  /// Forgets all but the newest `limit` receipts of files that are not here.
  static func pruneReceipts(limit: Int, _ db: Database) throws {
    let row = try CatalogueRow(
      db,
      """
      DELETE FROM receipt WHERE rowid IN (
        SELECT rowid FROM receipt WHERE id NOT IN (SELECT id FROM copy)
        ORDER BY rowid DESC LIMIT -1 OFFSET ?)
      """)
    row.bind(1, Int64(limit))
    try row.run()
  }

  // MARK: Placements

  struct Placement {
    var storedName: String
    var id: FileID
    /// The name of the partial file; empty once it is known to have its name in `files/`.
    var partial: String
    /// Of the partial file, and so of the file in `files/`.
    var inode: UInt64
  }

  static func record(_ placement: Placement, _ db: Database) throws {
    let row = try CatalogueRow(
      db,
      "INSERT OR REPLACE INTO placement (stored_name, id, partial, inode, active) VALUES (?, ?, ?, ?, 1)")
    row.bind(1, placement.storedName)
    row.bind(2, placement.id)
    row.bind(3, placement.partial)
    row.bind(4, placement.inode)
    try row.run()
  }

  static func forgetPlacement(named name: String, _ db: Database) throws {
    let row = try CatalogueRow(db, "DELETE FROM placement WHERE stored_name = ?")
    row.bind(1, name)
    try row.run()
  }

  /// An unfinished placement got as far as a name in `files/`, maybe another one than was recorded.
  static func finish(_ placement: Placement, named name: String, inode: UInt64, _ db: Database) throws {
    let row = try CatalogueRow(
      db, "UPDATE placement SET stored_name = ?, inode = ?, partial = '' WHERE stored_name = ?")
    row.bind(1, name)
    row.bind(2, inode)
    row.bind(3, placement.storedName)
    try row.run()
  }

  /// From now on, every placement is one that a peer before this one did not finish.
  static func endPlacements(_ db: Database) throws {
    try CatalogueRow(db, "UPDATE placement SET active = 0").run()
  }

  /// Those that a peer before this one did not finish, ordered by name.
  static func unfinishedPlacements(_ db: Database) throws -> [Placement] {
    let row = try CatalogueRow(
      db,
      "SELECT stored_name, id, partial, inode FROM placement WHERE active = 0 ORDER BY stored_name")
    var placements: [Placement] = []
    while try row.next() {
      placements.append(
        Placement(
          storedName: row.text(0), id: try row.id(1), partial: row.text(2),
          inode: row.unsigned(3) ?? 0))
    }
    return placements
  }

  // MARK: Wanted files

  /// Not a file that is here by now: a small one may be kept before it is written that it is wanted.
  private static func record(_ wanted: WantedFile, _ db: Database) throws {
    let row = try CatalogueRow(
      db,
      """
      INSERT OR REPLACE INTO wanted (id, rank, priority, paused)
      SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM copy WHERE id = ?1)
      """)
    row.bind(1, wanted.id)
    row.bind(2, wanted.rank)
    row.bind(3, wanted.priority.rawValue)
    row.bind(4, wanted.isPaused ? 1 : 0 as Int64)
    try row.run()
  }

  static func forgetWanted(_ id: FileID, _ db: Database) throws { try delete(id, from: "wanted", db) }

  static func wanted(_ db: Database) throws -> [WantedFile] {
    let row = try CatalogueRow(db, "SELECT id, rank, priority, paused FROM wanted ORDER BY rank")
    var wanted: [WantedFile] = []
    while try row.next() {
      wanted.append(
        WantedFile(
          id: try row.id(0), rank: row.number(1),
          priority: TransferPriority(rawValue: row.text(2)) ?? .normal, isPaused: row.number(3) != 0))
    }
    return wanted
  }

  // MARK: Notes

  static func note(_ key: String, _ db: Database) throws -> String? {
    let row = try CatalogueRow(db, "SELECT value FROM note WHERE key = ?")
    row.bind(1, key)
    return try row.first { $0.text(0) }
  }

  static func setNote(_ key: String, _ value: String, _ db: Database) throws {
    let row = try CatalogueRow(db, "INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)")
    row.bind(1, key)
    row.bind(2, value)
    try row.run()
  }
}
