import GRDB
import PeerCore

/// The catalogue on disk: `catalogue.sqlite`.
///
/// One connection (`DatabaseQueue`, not a pool): only the engine writes, one batch after the other, and
/// nobody reads while the peer runs, for the core has it all in memory.
///
/// Write-ahead log with `synchronous = FULL`: a transaction that was committed survives a loss of power.
/// `NORMAL` would be faster and never corrupt, but may lose the last transactions, and with them that a
/// file in `files/` is a download, which must never turn into a file of our own. Batches make up for it.
///
/// `locking_mode = EXCLUSIVE`: the home's lock admits one peer anyhow, and without shared memory the log
/// works on network file systems too.
struct Catalogue: Sendable {
  let queue: DatabaseQueue

  /// - Throws: `DatabaseError`, or `NewerCatalogue`.
  init(path: String) throws {
    var configuration = Configuration()
    configuration.label = "catalogue"
    configuration.journalMode = .wal
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
      // 8 MiB: a batch of 100,000 entries then does not read a page twice.
      try db.execute(sql: "PRAGMA cache_size = -8192")
    }
    queue = try DatabaseQueue(path: path, configuration: configuration)
    do {
      try queue.inDatabase { db in
        // Here, as GRDB sets NORMAL after all that a configuration can prepare.
        try db.execute(sql: "PRAGMA synchronous = FULL")
        if try Self.migrations.hasBeenSuperseded(db) { throw NewerCatalogue() }
        if let fault = try String.fetchOne(db, sql: "PRAGMA quick_check(1)"), fault != "ok" {
          throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: fault)
        }
      }
      try Self.migrations.migrate(queue)
      try queue.inDatabase { db in try Tables.check(db) }
    } catch {
      try? queue.close()
      throw error
    }
  }

  /// A catalogue that a later version of this program wrote.
  struct NewerCatalogue: Error {}

  /// Only ever added to: a catalogue in somebody's home has gone through those before.
  private static var migrations: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in try db.execute(sql: firstSchema) }
    migrator.registerMigration("2") { db in try db.execute(sql: wantedSchema) }
    return migrator
  }

  /// - `wanted`: the queue of downloads, which goes on after a restart; ordered by `rank`.
  private static let wantedSchema = """
    CREATE TABLE wanted (
      id BLOB NOT NULL UNIQUE, rank INTEGER NOT NULL, priority TEXT NOT NULL, paused INTEGER NOT NULL);
    """

  /// - `file`: the catalogue. In the order in which files were heard of.
  /// - `copy`: every regular file of `files/` that was hashed; `duplicate` if another name has the same id.
  /// - `receipt`: entries whose bytes were put into `files/` by us, or are expected there; what tells a
  ///   download from a file of our own, even after it was moved by hand. Lasts longer than `copy`.
  /// - `placement`: names that are about to be in `files/`; `active` while the peer that wrote it runs.
  private static let firstSchema = """
    CREATE TABLE file (
      id BLOB NOT NULL UNIQUE, name TEXT NOT NULL, owner TEXT NOT NULL, timestamp TEXT NOT NULL,
      size TEXT NOT NULL, size_bytes INTEGER, first_seen INTEGER NOT NULL);
    CREATE TABLE tombstone (id BLOB NOT NULL UNIQUE, owner TEXT NOT NULL, time INTEGER NOT NULL);
    CREATE TABLE copy (
      stored_name TEXT NOT NULL PRIMARY KEY, id BLOB NOT NULL, size INTEGER NOT NULL,
      modified INTEGER NOT NULL, duplicate INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX copy_by_id ON copy (id);
    CREATE UNIQUE INDEX one_copy ON copy (id) WHERE duplicate = 0;
    CREATE TABLE receipt (
      id BLOB NOT NULL UNIQUE, name TEXT NOT NULL, owner TEXT NOT NULL, timestamp TEXT NOT NULL,
      size TEXT NOT NULL, size_bytes INTEGER, first_seen INTEGER NOT NULL, stored_name TEXT NOT NULL);
    CREATE INDEX receipt_by_name ON receipt (stored_name);
    CREATE INDEX receipt_by_size ON receipt (size_bytes);
    CREATE TABLE placement (
      stored_name TEXT NOT NULL PRIMARY KEY, id BLOB NOT NULL, partial TEXT NOT NULL,
      inode INTEGER NOT NULL, active INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE note (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    """

  // MARK: Transactions

  /// Blocks. One transaction, kept or undone as a whole.
  func write<T>(_ body: (Database) throws -> T) throws(StorageError) -> T {
    do { return try queue.write(body) } catch { throw Self.typed(error) }
  }

  /// Blocks.
  func read<T>(_ body: (Database) throws -> T) throws(StorageError) -> T {
    do { return try queue.read(body) } catch { throw Self.typed(error) }
  }

  /// Does not block. Whoever calls first is served first; the caller's isolation is kept up to there.
  nonisolated(nonsending) func enqueue<T: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> T
  ) async throws(StorageError) -> T {
    let result: Result<T, any Error> = await withCheckedContinuation { continuation in
      queue.asyncWriteWithoutTransaction { db in
        continuation.resume(
          returning: Result {
            var value: T?
            try db.inTransaction {
              value = try body(db)
              return .commit
            }
            guard let value else { throw StorageError.closed }
            return value
          })
      }
    }
    do { return try result.get() } catch { throw Self.typed(error) }
  }

  func close() throws { try queue.close() }

  static func typed(_ error: any Error) -> StorageError {
    if let error = error as? StorageError { return error }
    guard let error = error as? DatabaseError else { return .catalogue(reason: "\(error)") }
    switch error.resultCode {
    case .SQLITE_FULL: return .diskFull(path: "catalogue.sqlite")
    case .SQLITE_MISUSE: return .closed
    default: return .catalogue(reason: error.message ?? "\(error.resultCode)")
    }
  }

  static func isCorruption(_ error: any Error) -> Bool {
    let code = (error as? DatabaseError)?.resultCode
    return code == .SQLITE_CORRUPT || code == .SQLITE_NOTADB
  }
}
