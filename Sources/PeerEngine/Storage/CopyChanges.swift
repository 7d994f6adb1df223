import GRDB
import PeerCore

/// Notes whose copies change in a transaction, and sees to it that each of these files has one afterwards, if it can.
struct CopyChanges {
  private var ids: [FileID] = []
  private var before: [FileID: LocalCopy?] = [:]

  /// To be called before the first change of a file's copies.
  mutating func add(_ id: FileID, _ db: Database) throws {
    guard before[id] == nil else { return }
    ids.append(id)
    before[id] = .some(try Tables.copy(of: id, db)?.copy)
  }

  /// Makes the first duplicate by name the copy of each file that has lost its own, and says what has changed.
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
