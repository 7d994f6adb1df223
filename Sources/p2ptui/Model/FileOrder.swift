import PeerCore

/// A file of the table: found by slot, recognised by id.
struct FileRef: Hashable, Sendable {
  var id: FileID
  var slot: FileTable.Slot

  /// The slot tells files apart well enough; hashing the ids of 100,000 marks would be felt.
  func hash(into hasher: inout Hasher) { hasher.combine(slot) }
}

/// The work of ordering the files, which takes too long for the path of a key.
struct FileSort: Sendable {
  var query: FileQuery
  var files: FileTable
  /// Those whose names the query may give.
  var peers: [PeerView]
  var revision: UInt64

  func run() -> FileOrder {
    let start = ContinuousClock.now
    let slots = query.slots(in: files, peers: peers).map(Int32.init)
    var rows = [Int32](repeating: -1, count: files.slotBound)
    for (row, slot) in slots.enumerated() { rows[Int(slot)] = Int32(row) }
    let newest = slots.max { firstSeen(Int($0)) < firstSeen(Int($1)) }.map(Int.init)
    let cost = start.duration(to: .now)
    return FileOrder(
      query: query, revision: revision, files: files, slots: slots, rows: rows,
      newest: newest.flatMap { slot in files[slot].map { FileRef(id: $0.entry.id, slot: slot) } },
      cost: cost.components.seconds * 1000 + cost.components.attoseconds / 1_000_000_000_000_000)
  }

  private func firstSeen(_ slot: Int) -> (Int64, Int) { (files[slot]?.firstSeen ?? 0, slot) }
}

/// The files that match a query, in its order, as they were at one revision.
struct FileOrder: Sendable {
  var query = FileQuery()
  var revision: UInt64?
  /// The table that was ordered; it knows the files that have gone since.
  var files = FileTable()
  fileprivate(set) var slots: [Int32] = []
  fileprivate(set) var rows: [Int32] = []
  /// The file that was heard of last.
  fileprivate(set) var newest: FileRef?
  /// How long it took, in milliseconds.
  var cost: Int64 = 0

  init() {}

  fileprivate init(
    query: FileQuery, revision: UInt64, files: FileTable, slots: [Int32], rows: [Int32],
    newest: FileRef?, cost: Int64
  ) {
    self.query = query
    self.revision = revision
    self.files = files
    self.slots = slots
    self.rows = rows
    self.newest = newest
    self.cost = cost
  }

  var count: Int { slots.count }

  /// - Parameter row: 0..<count.
  func ref(_ row: Int) -> FileRef {
    let slot = Int(slots[row])
    return FileRef(id: files[slot]!.entry.id, slot: slot)
  }

  /// The file as it was when the order was made.
  func record(_ row: Int) -> FileRecord? { files[Int(slots[row])] }

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
