import PeerCore

/// A file of the table: found by slot, recognised by id.
struct FileRef: Hashable, Sendable {
  var id: FileID
  var slot: FileTable.Slot
}

/// The work of ordering the files, which takes too long for the path of a key.
struct FileSort: Sendable {
  var query: FileQuery
  var files: FileTable
  var revision: UInt64

  func run() -> FileOrder {
    let start = ContinuousClock.now
    let slots = query.slots(in: files).map(Int32.init)
    var rows = [Int32](repeating: -1, count: files.slotBound)
    for (row, slot) in slots.enumerated() { rows[Int(slot)] = Int32(row) }
    let cost = start.duration(to: .now)
    return FileOrder(
      query: query, revision: revision, files: files, slots: slots, rows: rows,
      cost: cost.components.seconds * 1000 + cost.components.attoseconds / 1_000_000_000_000_000)
  }
}

/// The files that match a query, in its order, as they were at one revision.
struct FileOrder: Sendable {
  var query = FileQuery()
  var revision: UInt64?
  /// The table that was ordered; it knows the files that have gone since.
  var files = FileTable()
  fileprivate(set) var slots: [Int32] = []
  fileprivate(set) var rows: [Int32] = []
  /// How long it took, in milliseconds.
  var cost: Int64 = 0

  init() {}

  fileprivate init(
    query: FileQuery, revision: UInt64, files: FileTable, slots: [Int32], rows: [Int32], cost: Int64
  ) {
    self.query = query
    self.revision = revision
    self.files = files
    self.slots = slots
    self.rows = rows
    self.cost = cost
  }

  var count: Int { slots.count }

  /// - Parameter row: 0..<count.
  func ref(_ row: Int) -> FileRef {
    let slot = Int(slots[row])
    return FileRef(id: files[slot]!.entry.id, slot: slot)
  }

  func row(of ref: FileRef) -> Int? {
    guard ref.slot < rows.count, rows[ref.slot] >= 0, files[ref.slot]?.entry.id == ref.id else {
      return nil
    }
    return Int(rows[ref.slot])
  }
}

extension Snapshot {
  func file(_ ref: FileRef) -> FileRecord? {
    guard let record = files[ref.slot], record.entry.id == ref.id else { return nil }
    return record
  }
}
