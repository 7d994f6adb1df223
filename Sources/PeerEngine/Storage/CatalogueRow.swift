import GRDB
import GRDBSQLite
import PeerCore

/// A prepared statement and the row that it is at, bound and read by position, straight on SQLite: texts from the
/// network may hold NULs, at which GRDB's conversions would end them, and a million rows leave no time to look up
/// columns by name.
struct CatalogueRow {
  private let statement: SQLiteStatement
  private let connection: SQLiteConnection?

  init(_ db: Database, _ sql: String) throws {
    statement = try db.cachedStatement(sql: sql).sqliteStatement
    connection = db.sqliteConnection
    sqlite3_reset(statement)
    sqlite3_clear_bindings(statement)
  }

  /// Steps to the next row; `false` after the last one.
  func next() throws -> Bool {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      sqlite3_reset(statement)
      return false
    case let code:
      let message = String(cString: sqlite3_errmsg(connection))
      sqlite3_reset(statement)
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
  }

  /// What is read from the next row, if there is one. The statement is done with then.
  func first<T>(_ read: (CatalogueRow) throws -> T) throws -> T? {
    defer { sqlite3_reset(statement) }
    return try next() ? read(self) : nil
  }

  /// Runs a statement that yields no rows.
  func run() throws { while try next() {} }

  // MARK: Binding, from position 1 on

  func bind(_ position: Int32, _ number: Int64) { sqlite3_bind_int64(statement, position, number) }

  func bind(_ position: Int32, _ number: UInt64?) {
    if let number {
      sqlite3_bind_int64(statement, position, Int64(bitPattern: number))
    } else {
      sqlite3_bind_null(statement, position)
    }
  }

  func bind(_ position: Int32, _ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { characters in
        guard let base = characters.baseAddress else {
          sqlite3_bind_text(statement, position, "", 0, Self.copied)
          return
        }
        sqlite3_bind_text64(
          statement, position, base, UInt64(characters.count), Self.copied, UInt8(SQLITE_UTF8))
      }
    }
  }

  func bind(_ position: Int32, _ id: FileID) {
    id.withUnsafeBytes { bytes in
      _ = sqlite3_bind_blob(statement, position, bytes.baseAddress, Int32(bytes.count), Self.copied)
    }
  }

  /// `SQLITE_TRANSIENT`, a macro that Swift cannot import: SQLite copies what is bound.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  // MARK: Reading, from column 0 on

  func number(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

  func unsigned(_ column: Int32) -> UInt64? {
    sqlite3_column_type(statement, column) == SQLITE_NULL
      ? nil : UInt64(bitPattern: sqlite3_column_int64(statement, column))
  }

  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(statement, column) else { return "" }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func id(_ column: Int32) throws -> FileID {
    let start = sqlite3_column_blob(statement, column)
    let count = Int(sqlite3_column_bytes(statement, column))
    guard let id = FileID(buffer: UnsafeRawBufferPointer(start: start, count: count)) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a file id is 32 bytes")
    }
    return id
  }

  // MARK: A file entry in a row of positions: id, name, owner, timestamp, size, size_bytes, first_seen

  func bind(_ entry: FileEntry, firstSeen: Int64) {
    bind(1, entry.id)
    bind(2, entry.name)
    bind(3, entry.owner)
    bind(4, entry.timestamp.json)
    bind(5, entry.size.json)
    bind(6, entry.sizeBytes)
    bind(7, firstSeen)
  }

  func entry() throws -> FileEntry {
    FileEntry(
      id: try id(0), name: text(1), owner: text(2), timestamp: Lexeme(json: text(3)),
      size: Lexeme(json: text(4)), sizeBytes: unsigned(5))
  }
}
