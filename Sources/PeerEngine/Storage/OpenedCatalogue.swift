import GRDB
import PeerCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The catalogue and its journal, opened. A damaged catalogue was moved aside, and replaced by a new one.
struct OpenedCatalogue {
  let catalogue: Catalogue
  let journal: ReceiptJournal
  let warnings: [String]

  init(home: Home) throws(StartError) {
    do {
      var warnings: [String] = []
      do {
        catalogue = try Catalogue(path: home.catalogue)
      } catch  where Catalogue.isCorruption(error) {
        let name = try Self.moveAside(home)
        warnings.append(
          "the catalogue was damaged: it is kept as .p2ptui/\(name), and a new one was begun;"
            + " files/ is looked through again")
        catalogue = try Catalogue(path: home.catalogue)
      }
      journal = try Self.openJournal(home, catalogue)
      self.warnings = warnings
    } catch is Catalogue.NewerCatalogue {
      throw StartError(
        "cannot open \(home.catalogue): a newer version of p2ptui wrote it."
          + " Run that version, or choose another --home.")
    } catch {
      let error = Catalogue.typed(error)
      throw StartError("cannot open \(home.catalogue): \(error). \(Home.advice(for: error))")
    }
  }

  /// The write-ahead log is moved too, as it must not be applied to the new database.
  private static func moveAside(_ home: Home) throws(StorageError) -> String {
    let date = timestamp()
    for suffix in ["-wal", "-shm", ""] where try Disk.look(home.catalogue + suffix) != nil {
      try Disk.move(home.catalogue + suffix, to: "\(home.catalogue).corrupt-\(date)\(suffix)")
    }
    return "catalogue.sqlite.corrupt-\(date)"
  }

  /// The time in UTC, such as `20250615-213641`.
  private static func timestamp() -> String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
      guard let base = buffer.baseAddress, strftime(base, 32, "%Y%m%d-%H%M%S", &parts) > 0 else {
        return "\(now)"
      }
      return String(cString: base)
    }
  }

  private static let restored = "receipts restored"

  /// A new catalogue learns from the journal what came into `files/` in the time of the old one.
  private static func openJournal(
    _ home: Home, _ catalogue: Catalogue
  ) throws(StorageError) -> ReceiptJournal {
    let journal = try ReceiptJournal(path: home.receipts)
    if journal.size == 0 { try Disk.syncDirectory(home.state) }
    if try catalogue.read({ db in try Tables.note(restored, db) }) == nil {
      let receipts = try journal.receipts()
      try catalogue.write { db in
        for receipt in receipts { try Tables.record(receipt, db) }
        try Tables.setNote(restored, "yes", db)
      }
    }
    guard journal.size > ReceiptJournal.compactAbove else { return journal }
    let kept = try catalogue.write { db in
      try Tables.pruneReceipts(limit: ReceiptJournal.kept, db)
      return try Tables.receipts(db)
    }
    try ReceiptJournal.rewrite(home.receipts, kept)
    return try ReceiptJournal(path: home.receipts)
  }
}
