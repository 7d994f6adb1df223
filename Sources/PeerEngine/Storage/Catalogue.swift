import GRDB
import PeerCore

/// The catalogue on disk: `catalogue.sqlite`.
///
/// It has one connection (a `DatabaseQueue`, not a pool): only the engine writes, one batch after the other, and nobody
/// reads much while the peer runs, since the core has everything in memory.
///
/// It has a write-ahead log with `synchronous = FULL`: a transaction that was committed survives a loss of power.
/// `NORMAL` would be faster and would corrupt nothing, but could lose the last transactions and, with them, that a file
/// in `files/` is a download; a download must never turn into a file of our own. Batches make up for the cost.
///
/// With `locking_mode = EXCLUSIVE` the log needs no shared memory, so that it works on network file systems too. The
/// home's lock admits only one peer anyhow.
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
      // 8 MiB, so that a batch of 100,000 entries does not read any page twice.
      try db.execute(sql: "PRAGMA cache_size = -8192")
    }
    queue = try DatabaseQueue(path: path, configuration: configuration)
    do {
      try queue.inDatabase { db in
        // Not in the configuration: GRDB sets NORMAL after whatever that prepares.
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

  /// The catalogue was written by a later version of this program.
  struct NewerCatalogue: Error {}

  /// Migrations are only ever added: catalogues in people's homes have gone through the earlier ones.
  private static var migrations: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in try db.execute(sql: firstSchema) }
    migrator.registerMigration("2") { db in try db.execute(sql: wantedSchema) }
    return migrator
  }

  /// - `wanted`: the queue of downloads, which goes on after a restart, in the order of `rank`.
  private static let wantedSchema = """
    CREATE TABLE wanted (
      id BLOB NOT NULL UNIQUE, rank INTEGER NOT NULL, priority TEXT NOT NULL, paused INTEGER NOT NULL);
    """

  /// - `file`: the files of the catalogue, in the order in which they were heard of.
  /// - `tombstone`: the files that were deleted, in that order.
  /// - `copy`: every regular file of `files/` that was hashed; a `duplicate` if another name has the same id.
  /// - `receipt`: entries whose bytes we have put into `files/`, or expect there. They tell a download from a file of
  ///   our own, even after it was moved by hand, and last longer than `copy`.
  /// - `placement`: names that are about to appear in `files/`; `active` while the peer that wrote them runs.
  /// - `note`: what was done once for all.
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

  /// One transaction, which is kept or undone as a whole. Blocks.
  func write<T>(_ body: (Database) throws -> T) throws(StorageError) -> T {
    do { return try queue.write(body) } catch { throw Self.typed(error) }
  }

  /// Blocks.
  func read<T>(_ body: (Database) throws -> T) throws(StorageError) -> T {
    do { return try queue.read(body) } catch { throw Self.typed(error) }
  }

  /// One transaction, without blocking the caller's thread. Whoever calls first is served first: the caller's isolation
  /// is kept until the work is enqueued.
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
