import GRDB
import PeerCore

/// The statements on `placement`: partial files that are being given their names in `files/`.
extension Tables {
  /// A partial file that is to get, or has got, a name in `files/`.
  struct Placement {
    var storedName: String
    var id: FileID
    /// The name of the partial file; empty once it is known to have its name in `files/`.
    var partial: String
    /// The inode of the partial file, and so of the file in `files/`.
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

  /// Records that an unfinished placement got as far as a name in `files/`, maybe another one than was recorded.
  static func finish(_ placement: Placement, named name: String, inode: UInt64, _ db: Database) throws {
    let row = try CatalogueRow(
      db, "UPDATE placement SET stored_name = ?, inode = ?, partial = '' WHERE stored_name = ?")
    row.bind(1, name)
    row.bind(2, inode)
    row.bind(3, placement.storedName)
    try row.run()
  }

  /// Marks every placement as one that an earlier run of the peer has not finished.
  static func endPlacements(_ db: Database) throws {
    try CatalogueRow(db, "UPDATE placement SET active = 0").run()
  }

  /// The placements that an earlier run of the peer has not finished, ordered by name.
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
}
