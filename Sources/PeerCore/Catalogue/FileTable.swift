/// All file records, by slot. A copy of the table costs as much as a pointer, and a change after that touches one small
/// chunk, so that a snapshot can hold a million files.
///
/// A record keeps its slot for as long as it exists; free slots are used again. Iteration is in the order of the slots,
/// which depends on nothing but the history of events.
public struct FileTable: Sendable {
  /// Where a record lies for as long as its file is known.
  public typealias Slot = Int

  private static let chunkSize = 128
  private var chunks: [[FileRecord?]] = []
  /// The free slots, the last one that became free on top.
  private var free: [Slot] = []
  /// The number of records.
  public private(set) var count = 0

  public init() {}

  public init(_ records: some Sequence<FileRecord>) {
    for record in records { _ = insert(record) }
  }

  /// One more than the highest slot ever used.
  public var slotBound: Int {
    chunks.isEmpty ? 0 : (chunks.count - 1) * Self.chunkSize + chunks[chunks.count - 1].count
  }

  /// `nil` for a slot that is free or was never used.
  public subscript(slot: Slot) -> FileRecord? {
    guard slot >= 0, slot < slotBound else { return nil }
    return chunks[slot / Self.chunkSize][slot % Self.chunkSize]
  }

  /// Looks at each record, as there is no index of them.
  public func record(of id: FileID) -> FileRecord? {
    for chunk in chunks {
      if let place = chunk.firstIndex(where: { $0?.entry.id == id }) { return chunk[place] }
    }
    return nil
  }

  /// The records of those ids that are known. Looks at each record once, and hashes its id, which for a single id would
  /// take longer than to compare.
  public func records(of ids: Set<FileID>) -> [FileID: FileRecord] {
    var found: [FileID: FileRecord] = [:]
    for chunk in chunks where found.count < ids.count {
      for case let record? in chunk where ids.contains(record.entry.id) { found[record.entry.id] = record }
    }
    return found
  }

  /// The slots whose records differ from those of an older state of this table, in order. Chunks that both share are
  /// passed over, so that the time depends on how much has changed.
  public func slots(changedSince older: FileTable) -> [Slot] {
    var changed: [Slot] = []
    for index in 0..<Swift.max(chunks.count, older.chunks.count) {
      let new = index < chunks.count ? chunks[index] : []
      let old = index < older.chunks.count ? older.chunks[index] : []
      if Self.areOne(new, old) { continue }
      for place in 0..<Swift.max(new.count, old.count) {
        let record = place < new.count ? new[place] : nil
        if record != (place < old.count ? old[place] : nil) { changed.append(index * Self.chunkSize + place) }
      }
    }
    return changed
  }

  private static func areOne(_ a: [FileRecord?], _ b: [FileRecord?]) -> Bool {
    a.count == b.count
      && a.withUnsafeBufferPointer(\.baseAddress) == b.withUnsafeBufferPointer(\.baseAddress)
  }

  mutating func insert(_ record: FileRecord) -> Slot {
    count += 1
    if let slot = free.popLast() {
      chunks[slot / Self.chunkSize][slot % Self.chunkSize] = record
      return slot
    }
    if chunks.last.map({ $0.count == Self.chunkSize }) ?? true {
      var chunk: [FileRecord?] = []
      chunk.reserveCapacity(Self.chunkSize)
      chunks.append(chunk)
    }
    chunks[chunks.count - 1].append(record)
    return slotBound - 1
  }

  /// Changes a record in place. There must be one in the slot.
  mutating func update<R>(_ slot: Slot, _ change: (inout FileRecord) -> R) -> R {
    change(&chunks[slot / Self.chunkSize][slot % Self.chunkSize]!)
  }

  mutating func remove(_ slot: Slot) {
    chunks[slot / Self.chunkSize][slot % Self.chunkSize] = nil
    free.append(slot)
    count -= 1
  }
}

extension FileTable: Sequence {
  /// Walks over the records in the order of their slots.
  public struct Iterator: IteratorProtocol {
    let table: FileTable
    var slot = 0

    /// The next record, in the order of slots.
    public mutating func next() -> (slot: Slot, record: FileRecord)? {
      let bound = table.slotBound
      while slot < bound {
        defer { slot += 1 }
        if let record = table[slot] { return (slot, record) }
      }
      return nil
    }
  }

  /// In the order of slots.
  public func makeIterator() -> Iterator { Iterator(table: self) }
}

extension FileTable: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([FileRecord].self))
  }

  /// As a list of records.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(map(\.record))
  }
}
