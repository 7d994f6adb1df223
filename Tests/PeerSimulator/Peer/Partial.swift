import PeerCore

/// A file on its way in, on a virtual disk: what the engine's `PartialFile` does.
final class Partial {
  let inode: UInt64
  let name: String
  let isTemporary: Bool
  private let disk: Disk
  private(set) var size: UInt64?
  private(set) var complete = RangeSet<UInt64>()

  /// A temporary one.
  init(on disk: Disk, name: String, at wall: Int64) {
    self.disk = disk
    self.name = name
    isTemporary = true
    inode = disk.create(at: wall)
    disk.partial.names[name] = inode
  }

  /// That of a download, as an earlier run has left it.
  init(of id: FileID, on disk: Disk, at wall: Int64) {
    self.disk = disk
    isTemporary = false
    name = Self.name(of: id)
    if let left = disk.partial.names[name] {
      inode = left
      if let map = disk.maps[left] {
        size = map.size
        let length = UInt64(disk.nodes[left]?.bytes.count ?? 0)
        complete = map.complete.intersection(RangeSet(0..<length))
      }
    } else {
      inode = disk.create(at: wall)
      disk.partial.names[name] = inode
    }
  }

  static func name(of id: FileID) -> String { id.hex + ".part" }

  /// The file that a name in `partial/` belongs to.
  static func id(ofName name: String) -> FileID? {
    name.hasSuffix(".part") ? FileID(hex: name.prefix(64)) : nil
  }

  var bytes: [UInt8] {
    let all = disk.nodes[inode]?.bytes ?? []
    guard let size, UInt64(all.count) > size else { return all }
    return Array(all.prefix(Int(size)))
  }

  func expect(size: UInt64) throws(TransferFailure) {
    guard self.size != size else { return }
    let more = Int(size) - (disk.nodes[inode]?.bytes.count ?? 0)
    if isMapped(size) { try disk.check(room: max(0, more)) }
    self.size = size
    note()
  }

  func append(_ bytes: [UInt8]) throws(TransferFailure) {
    try disk.check(room: bytes.count)
    disk.nodes[inode]?.bytes += bytes
    disk.nodes[inode]?.isSynced = false
  }

  func write(_ bytes: ArraySlice<UInt8>, at offset: UInt64) throws(TransferFailure) {
    guard let count = disk.nodes[inode]?.bytes.count else { throw .disk("it is gone") }
    let end = Int(offset) + bytes.count
    try disk.check(room: max(0, end - count))
    if end > count { disk.nodes[inode]?.bytes += [UInt8](repeating: 0, count: end - count) }
    disk.nodes[inode]?.bytes.replaceSubrange(Int(offset)..<end, with: bytes)
    disk.nodes[inode]?.isSynced = false
  }

  func confirm(_ range: Range<UInt64>) {
    guard !range.isEmpty else { return }
    complete.insert(contentsOf: range)
    note()
  }

  func forget(_ range: Range<UInt64>) {
    complete.remove(contentsOf: range)
    note()
  }

  func digests(_ timestamps: [Lexeme]) -> [ReceivedFile.Digest] {
    let bytes = bytes
    return timestamps.flatMap { timestamp in
      timestamp.timestampHashTexts.map {
        ReceivedFile.Digest(timestamp: timestamp, id: Content.id(bytes, $0))
      }
    }
  }

  /// Whole blocks whose bytes are not those of a list.
  func blocks(differingFrom list: BlockList) -> [Int] {
    let bytes = bytes
    return list.hashes.indices.filter { block in
      let range = BlockList.range(of: block, size: list.size)
      guard complete.intersection(RangeSet(range)) == RangeSet(range), range.upperBound <= bytes.count
      else { return false }
      return Content.id(bytes[Int(range.lowerBound)..<Int(range.upperBound)]) != list.hashes[block]
    }
  }

  func discard() {
    disk.partial.names[name] = nil
    disk.maps[inode] = nil
  }

  private func note() {
    if let size, isMapped(size) { disk.maps[inode] = (size, complete) }
  }

  /// Whether what is here of a file is remembered across runs; a smaller one is fetched anew.
  private func isMapped(_ size: UInt64) -> Bool { size > BlockList.blockSize }
}

/// A download that runs, in a partial file that is opened when it is first needed: what the engine's does.
final class RunningDownload {
  private enum State {
    case unopened
    case open(Partial)
    case abandoned
  }

  private let id: FileID
  private let store: Store
  private var state = State.unopened

  init(_ id: FileID, in store: Store) {
    self.id = id
    self.store = store
  }

  func partial() throws(TransferFailure) -> Partial {
    switch state {
    case .open(let partial): return partial
    case .abandoned: throw .disk("it is given up")
    case .unopened:
      let partial = try store.openPartial(of: id)
      state = .open(partial)
      return partial
    }
  }

  var openPartial: Partial? { if case .open(let partial) = state { partial } else { nil } }

  func abandon() {
    if case .open(let partial) = state { partial.discard() } else { store.discardPartial(of: id) }
    state = .abandoned
  }
}
