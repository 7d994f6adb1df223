import OrderedCollections

/// Every file that is known, who holds it, and which files were deleted (PROTOCOL.md, "Catalogue").
///
/// Invariants: a file has one slot. A slot is in a peer's `held` exactly if its record names the peer among the
/// holders; `PeerState` sees to that, through `addHolder` and `removeHolder`. An id is never both in the table and
/// among the tombstones.
struct Catalogue {
  private let limits: Limits
  private(set) var table = FileTable()
  private var slots: [FileID: FileTable.Slot] = [:]
  /// The slots of the files that are here.
  private(set) var local: OrderedSet<FileTable.Slot> = []
  /// The bytes of the files that are here, together.
  private(set) var localBytes: UInt64 = 0
  /// Bytes of what reports say of all files.
  private(set) var textBytes = 0
  private(set) var tombstones: Tombstones
  /// Grows with every change of a record.
  private(set) var revision: UInt64 = 0
  /// Grows when what is here changes.
  private(set) var localRevision: UInt64 = 0
  /// How many files are `.remote`.
  private(set) var remoteCount = 0
  /// How many files are `.unavailable`.
  private(set) var unavailableCount = 0

  /// - Parameter owner: ourselves.
  init(limits: Limits, owner: PeerID) {
    self.limits = limits
    tombstones = Tombstones(owner: owner, limit: limits.tombstones)
  }

  // MARK: Looking up

  func slot(of id: FileID) -> FileTable.Slot? { slots[id] }

  subscript(id: FileID) -> FileRecord? { slots[id].flatMap { table[$0] } }

  subscript(slot slot: FileTable.Slot) -> FileRecord? { table[slot] }

  var localEntries: [FileEntry] { local.compactMap { table[$0]?.entry } }

  // MARK: Reports

  /// What became of a report about a file.
  struct Report: Equatable {
    var slot: FileTable.Slot
    /// Whether the record was made or changed, so that storage has to remember it.
    var changed: Bool
    var isNew = false
    /// Whether the report contradicts what is known, which stands. Said once for each file.
    var conflicts: Bool
  }

  enum Refusal: Error, Equatable {
    case deleted(Tombstone)
    case full
  }

  /// Merges what `reporter` says of a file into what is known (PROTOCOL.md, "Catalogue").
  ///
  /// - Parameters:
  ///   - entry: what is said.
  ///   - reporter: who says so; `nil` if that is not known.
  ///   - frozenOwner: ourselves: no report changes a file of this owner.
  ///   - wall: milliseconds since 1970-01-01 UTC.
  mutating func report(
    _ entry: FileEntry, by reporter: PeerID?, frozenOwner: PeerID, at wall: Int64
  ) throws(Refusal) -> Report {
    if let tombstone = tombstones[entry.id] { throw .deleted(tombstone) }
    let byOwner = reporter.map { $0.text == entry.owner } ?? false
    guard let slot = slots[entry.id] else {
      try makeRoom(for: entry)
      let slot = insert(FileRecord(entry: entry, firstSeen: wall, toldByOwner: byOwner))
      return Report(slot: slot, changed: true, isNew: true, conflicts: false)
    }
    let record = table[slot]!
    let frozen = record.copy != nil || record.entry.owner == frozenOwner.text
    var merged = record
    if !frozen {
      if byOwner && !record.toldByOwner {
        merged.entry = entry
        merged.entry.fillGaps(from: record.entry)
        merged.toldByOwner = true
      }
      merged.entry.fillGaps(from: entry)
      if textBytes + merged.entry.textBytes - record.entry.textBytes > limits.catalogueTextBytes {
        merged.entry = record.entry
        merged.toldByOwner = record.toldByOwner
      }
    }
    if !record.toldConflict, merged.entry.contradicts(entry) { merged.toldConflict = true }
    let conflicts = merged.toldConflict && !record.toldConflict
    if merged != record { update(slot) { $0 = merged } }
    return Report(slot: slot, changed: merged.entry != record.entry, conflicts: conflicts)
  }

  // MARK: Changing

  /// Puts a file into the table that storage remembers, or that was found in `files/`. What was known of it is
  /// replaced.
  mutating func restore(_ file: StoredFile) -> FileTable.Slot {
    if let slot = slots[file.entry.id] {
      setCopy(slot, file.copy, entry: file.entry)
      return slot
    }
    let slot = insert(FileRecord(entry: file.entry, firstSeen: file.firstSeen))
    if let copy = file.copy { setCopy(slot, copy, entry: file.entry) }
    return slot
  }

  mutating func setCopy(_ slot: FileTable.Slot, _ copy: LocalCopy?, entry: FileEntry? = nil) {
    localBytes -= table[slot]?.copy?.size ?? 0
    localBytes += copy?.size ?? 0
    if copy != nil { local.append(slot) } else { local.remove(slot) }
    localRevision += 1
    update(slot) {
      $0.copy = copy
      if let entry { $0.entry = entry }
      if let copy {
        $0.entry.sizeBytes = copy.size
        $0.fetch = .idle
      }
    }
  }

  mutating func setFetch(_ id: FileID, _ state: FetchState) {
    guard let slot = slots[id], table[slot]?.fetch != state else { return }
    update(slot) { $0.fetch = state }
  }

  /// - Returns: whether it was new.
  mutating func addHolder(_ peer: PeerHandle, to slot: FileTable.Slot) -> Bool {
    guard let holders = table[slot]?.holders, !holders.contains(peer), holders.count < limits.holders
    else { return false }
    update(slot) { $0.holders.append(peer) }
    return true
  }

  mutating func removeHolder(_ peer: PeerHandle, from slot: FileTable.Slot) {
    guard table[slot]?.holders.contains(peer) ?? false else { return }
    update(slot) { $0.holders.removeAll { $0 == peer } }
  }

  mutating func remove(_ id: FileID) -> FileRecord? {
    guard let slot = slots.removeValue(forKey: id), let record = table[slot] else { return nil }
    if record.copy != nil { setCopy(slot, nil) }
    if let state = table[slot]?.state { count(state, -1) }
    textBytes -= table[slot]?.entry.textBytes ?? 0
    table.remove(slot)
    revision += 1
    return record
  }

  private mutating func insert(_ record: FileRecord) -> FileTable.Slot {
    let slot = table.insert(record)
    slots[record.entry.id] = slot
    count(record.state, 1)
    textBytes += record.entry.textBytes
    revision += 1
    return slot
  }

  private mutating func update(_ slot: FileTable.Slot, _ change: (inout FileRecord) -> Void) {
    let (before, after, grown) = table.update(slot) { record in
      let (before, bytes) = (record.state, record.entry.textBytes)
      change(&record)
      return (before, record.state, record.entry.textBytes - bytes)
    }
    textBytes += grown
    if before != after {
      count(before, -1)
      count(after, 1)
    }
    revision += 1
  }

  private mutating func count(_ state: FileRecord.State, _ difference: Int) {
    switch state {
    case .remote: remoteCount += difference
    case .unavailable: unavailableCount += difference
    case .local, .fetching, .failed: break
    }
  }

  // MARK: Tombstones

  /// - Returns: the tombstone that has made room, if one had to.
  mutating func bury(_ tombstone: Tombstone) -> Tombstone? { tombstones.insert(tombstone) }

  mutating func exhume(_ id: FileID) -> Bool { tombstones.remove(id) }

  // MARK: Room

  private var evicted: [FileID] = []

  /// The ids of files that have made room since this was last asked, and have not come back.
  mutating func takeEvicted() -> [FileID] {
    defer { evicted = [] }
    return evicted.filter { slots[$0] == nil }
  }

  private func hasRoom(for entry: FileEntry) -> Bool {
    table.count < limits.files && textBytes + entry.textBytes <= limits.catalogueTextBytes
  }

  /// Evicts a hundredth of the catalogue at once, so that a flood of new files does not cost one pass for each of them.
  private mutating func makeRoom(for entry: FileEntry) throws(Refusal) {
    guard !hasRoom(for: entry) else { return }
    guard unavailableCount > 0 else { throw .full }
    var candidates: [(firstSeen: Int64, id: FileID)] = []
    for (_, record) in table where record.state == .unavailable {
      candidates.append((record.firstSeen, record.entry.id))
    }
    candidates.sort { $0 < $1 }
    for candidate in candidates.prefix(max(1, min(limits.files, table.count) / 100)) {
      _ = remove(candidate.id)
      evicted.append(candidate.id)
    }
    guard hasRoom(for: entry) else { throw .full }
  }
}

extension FileEntry {
  /// Bytes of what others say of a file.
  var textBytes: Int {
    name.utf8.count + owner.utf8.count + timestamp.json.utf8.count + size.json.utf8.count
  }

  /// Takes from `other` what is not known here.
  fileprivate mutating func fillGaps(from other: FileEntry) {
    if name.isEmpty { name = other.name }
    if owner.isEmpty { owner = other.owner }
    if timestamp.isNull { timestamp = other.timestamp }
    if size.isNull { size = other.size }
    if sizeBytes == nil { sizeBytes = other.sizeBytes }
  }

  /// Sizes are hints, and may honestly differ; the other members may not.
  fileprivate func contradicts(_ other: FileEntry) -> Bool {
    (!other.name.isEmpty && name != other.name) || (!other.owner.isEmpty && owner != other.owner)
      || (!other.timestamp.isNull && timestamp != other.timestamp)
  }
}
