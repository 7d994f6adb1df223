import GRDB
import PeerCore

/// The statements on `receipt`: what files in `files/` are, or were, even if they were moved by hand.
extension Tables {
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

  /// How many receipts of its size a file is compared with. More are hardly found outside of attacks, and each costs a
  /// microsecond.
  private static let receiptsOfOneSize = 10_000

  private static let receiptColumns =
    "SELECT id, name, owner, timestamp, size, size_bytes, first_seen, stored_name FROM receipt"

  /// The receipts that a file with this name and size may verify against, the likeliest first.
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
}
