import GRDB
import PeerCore

/// The statements on `copy`: what lies in `files/`, and which of our files it is.
extension Tables {
  /// A file in `files/`, and what it holds.
  struct CopyRow {
    var id: FileID
    var copy: LocalCopy
    /// Whether another file in `files/` holds the same, which counts as the copy of the id.
    var duplicate: Bool
  }

  private static let copyColumns = "SELECT stored_name, id, size, modified, duplicate FROM copy"

  /// All of them, ordered by name, bytewise.
  static func copies(_ db: Database) throws -> [CopyRow] {
    try copyRows(CatalogueRow(db, copyColumns + " ORDER BY stored_name"))
  }

  /// The copy of an id, followed by its duplicates in the order of their names.
  static func copies(of id: FileID, _ db: Database) throws -> [CopyRow] {
    let row = try CatalogueRow(db, copyColumns + " WHERE id = ? ORDER BY duplicate, stored_name")
    row.bind(1, id)
    return try copyRows(row)
  }

  /// The copy that we give of an id; `nil` if none is here.
  static func copy(of id: FileID, _ db: Database) throws -> CopyRow? {
    try copies(of: id, db).first { !$0.duplicate }
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
}
