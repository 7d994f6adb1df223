import GRDB
import PeerCore

/// The statements on the tables of the catalogue, each within the transaction of its caller. Here are those on `file`,
/// `tombstone`, `wanted` and `note`; the other tables have files of their own.
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
