import PeerCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file on its way in. Its bytes come in one piece after the other (`append`), or anywhere in it (`write`)
/// from several connections at once. It is safe to hand from thread to thread; everything here blocks.
///
/// The hash is of a file from its beginning, so it follows the bytes that are there without a gap: `append`
/// hashes as it goes, what was written elsewhere is read back from the page cache (`follow`), beside the
/// connections that go on receiving.
///
/// A temporary file is removed with its last reference. A resumable one stays, with a map of the blocks that
/// are complete beside it, until it is kept or discarded. The map may promise bytes that a loss of power took
/// away: it is a hint, and the file's id decides (docs/adr/0001-what-is-synced-when.md).
public final class PartialFile: Sendable {
  private struct State {
    /// Where the next appended byte goes.
    var end: UInt64 = 0
    var complete = RangeSet<UInt64>()
    /// Of the whole file, once it is known.
    var size: UInt64?
    var map: PartialMap?
    /// Up to where room was taken on the disk.
    var reserved: UInt64 = 0
    /// Up to where the hash follows, as far as that was asked for.
    var followed: UInt64 = 0
    /// Up to where it has come, for those who do not wait for a turn of hashing to end.
    var hashed: UInt64 = 0
    var isFollowing = false
  }

  private struct Hashed {
    var hash = ContentHash()
    var end: UInt64 = 0
  }

  let path: String
  let name: String
  private let file: OpenFile
  private let isTemporary: Bool
  private let state: Mutex<State>
  private let hashed = Mutex(Hashed())
  /// Held while bytes are written or begin to count: those that count are never written again, since they
  /// may be hashed already.
  private let writing = Mutex(())

  /// A temporary file.
  init(directory: String, name: String) throws(StorageError) {
    self.name = name
    path = directory + "/" + name
    file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL)
    isTemporary = true
    state = Mutex(State())
  }

  /// A resumable file, as it was left.
  init(resuming id: FileID, in directory: String) throws(StorageError) {
    name = Self.name(of: id)
    path = directory + "/" + name
    file = try OpenFile(path, O_RDWR | O_CREAT)
    isTemporary = false
    var state = State()
    if let map = try PartialMap(resuming: Self.mapPath(path)) {
      state.size = map.size
      state.complete = map.complete(within: try file.look().size)
      state.map = map
    }
    self.state = Mutex(state)
  }

  deinit { if isTemporary { try? Disk.remove(path) } }

  static func name(of id: FileID) -> String { id.hex + ".part" }
  private static func mapPath(_ path: String) -> String { path + ".map" }

  /// The file that a name in `partial/` belongs to; `nil` for temporary ones.
  static func id(ofName name: String) -> FileID? {
    guard name.hasSuffix(".part") || name.hasSuffix(".part.map") else { return nil }
    return FileID(hex: name.prefix(2 * FileID.byteCount))
  }

  // MARK: Writing

  /// Bytes of the whole file if that is known, else up to the last one that is there.
  public var size: UInt64 {
    state.withLock { $0.size ?? max($0.end, $0.complete.ranges.last?.upperBound ?? 0) }
  }

  /// The whole file's size if it is known, and which bytes are there.
  public var progress: (size: UInt64?, complete: RangeSet<UInt64>) {
    state.withLock { ($0.size, $0.complete) }
  }

  /// A holder says that the file has so many bytes: room is taken for the first of them.
  ///
  /// - Throws: `StorageError.diskFull` if there is not so much room.
  public func expect(size: UInt64) throws(StorageError) {
    guard state.withLock({ $0.size }) != size else { return }
    if Self.isWorthReserving(size) {
      let before = try file.look().size
      try file.truncate(to: size)
      do { try reserve(upTo: min(size, Self.firstReserve)) } catch {
        // Room for a part of it helps nobody.
        try? file.truncate(to: before)
        throw error
      }
    }
    try state.withLock { state throws(StorageError) in
      state.size = size
      if state.map == nil, Self.isWorthReserving(size) {
        state.map = try PartialMap(creating: Self.mapPath(path))
      }
      try state.map?.set(size: size)
    }
  }

  /// Bytes for which room is taken on a holder's word; then twice what has come. Who says 16 GiB and sends nothing must
  /// not have them.
  private static let firstReserve: UInt64 = 64 << 20

  private func reserve(upTo end: UInt64) throws(StorageError) {
    let start = state.withLock { $0.reserved }
    guard start < end else { return }
    try file.reserve(start..<end)
    state.withLock { $0.reserved = max($0.reserved, end) }
  }

  /// Half of what is reserved has come.
  private func reserveAhead() throws(StorageError) {
    let end: UInt64? = state.withLock { state in
      guard let size = state.size, state.reserved < size, Self.isWorthReserving(size) else { return nil }
      let here = state.complete.ranges.reduce(0) { $0 + UInt64($1.count) }
      guard here >= state.reserved / 2 else { return nil }
      return min(size, max(Self.firstReserve, 2 * here))
    }
    if let end { try reserve(upTo: end) }
  }

  /// A file of one block is written in a moment: to reserve its room, or to map it, costs as much.
  static func isWorthReserving(_ size: UInt64) -> Bool { size > BlockList.blockSize }

  /// - Throws: `StorageError.diskFull` and others; what was appended before is still there.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    let start = state.withLock { $0.end }
    try file.write(bytes, at: start)
    hashed.withLock {
      $0.hash.update(bytes)
      $0.end += UInt64(bytes.count)
    }
    state.withLock {
      $0.end += UInt64(bytes.count)
      $0.hashed = $0.end
    }
  }

  /// The bytes count only once they are `confirm`ed. Those of a range that counts already are left as they
  /// are.
  ///
  /// - Throws: `StorageError.diskFull` and others; what was written before is still there.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
    let range = offset..<offset + UInt64(bytes.count)
    try writing.withLock { _ throws(StorageError) in
      let complete = state.withLock { $0.complete }
      guard complete.ranges.contains(where: { $0.overlaps(range) }) else {
        return try file.write(bytes, at: offset)
      }
      for missing in RangeSet(range).subtracting(complete).ranges {
        let piece = bytes[Int(missing.lowerBound - offset)..<Int(missing.upperBound - offset)]
        try file.write(UnsafeRawBufferPointer(rebasing: piece), at: missing.lowerBound)
      }
    }
  }

  /// These bytes were written, and nothing is known to be wrong with them.
  public func confirm(_ range: Range<UInt64>) throws(StorageError) {
    guard !range.isEmpty else { return }
    try writing.withLock { _ throws(StorageError) in
      try state.withLock { state throws(StorageError) in
        state.complete.insert(contentsOf: range)
        try state.map?.note(range, in: state.complete, size: state.size)
      }
    }
    try reserveAhead()
  }

  /// The beginning of a file of which nothing is here yet, or all of it; hashed from memory.
  ///
  /// - Throws: `StorageError.diskFull` and others.
  public func fill(_ bytes: UnsafeRawBufferPointer, ofSize size: UInt64) throws(StorageError) {
    let end = UInt64(bytes.count)
    try expect(size: size)
    try write(bytes, at: 0)
    try confirm(0..<end)
    hashed.withLock {
      guard $0.end == 0 else { return }
      $0.hash.update(bytes)
      $0.end = end
      state.withLock { $0.hashed = end }
    }
  }

  /// These bytes are wrong: they have to come again.
  public func forget(_ range: Range<UInt64>) throws(StorageError) {
    try state.withLock { state throws(StorageError) in
      state.complete.remove(contentsOf: range)
      state.followed = min(state.followed, range.lowerBound)
      try state.map?.forget(range)
    }
    hashed.withLock {
      guard range.lowerBound < $0.end else { return }
      $0 = Hashed()
      state.withLock { $0.hashed = 0 }
    }
  }

  // MARK: Hashing

  /// Bytes that are worth a turn at least.
  private static let leastTurn: UInt64 = 1 << 20
  /// Bytes after which hashing lets others have its thread.
  private static let turn: UInt64 = 32 << 20

  /// Whether there is enough to hash, and nobody is at it: who is told so calls `follow`.
  func beginFollowing() -> Bool {
    state.withLock { state in
      guard !state.isFollowing, Self.frontier(state) >= state.followed + Self.leastTurn else { return false }
      state.isFollowing = true
      return true
    }
  }

  /// Hashes what is there without a gap, for a turn.
  ///
  /// - Returns: whether to be called again.
  func follow() -> Bool {
    let end = state.withLock { state in
      state.followed = min(state.followed + Self.turn, Self.frontier(state))
      return state.followed
    }
    // What can't be read now is read, and its error told, when the hash is wanted.
    try? hash(upTo: end)
    state.withLock { $0.isFollowing = false }
    return beginFollowing()
  }

  /// Whether all that is there without a gap is hashed.
  var isHashed: Bool { state.withLock { $0.hashed == Self.frontier($0) } }

  /// Whether the file is so small that it is hashed in a moment, and all of it is there.
  var isSmallAndComplete: Bool {
    state.withLock { state in
      guard let size = state.size, !Self.isWorthReserving(size) else { return false }
      return Self.frontier(state) == size
    }
  }

  /// Hashes all that is there without a gap.
  func finishHash() throws(StorageError) { try hash(upTo: state.withLock { Self.frontier($0) }) }

  private func hash(upTo end: UInt64) throws(StorageError) {
    try hashed.withLock { hashed throws(StorageError) in
      guard hashed.end < end else { return }
      let range = hashed.end..<end
      try file.read(range) { (bytes) throws(StorageError) in
        hashed.hash.update(bytes)
        hashed.end += UInt64(bytes.count)
      }
      state.withLock { $0.hashed = end }
      if !isTemporary, Self.isWorthReserving(end) { file.beginWriteBack(range) }
    }
  }

  private static func frontier(_ state: State) -> UInt64 {
    guard let first = state.complete.ranges.first, first.lowerBound == 0 else { return state.end }
    return first.upperBound
  }

  /// SHA-256 of the content so far followed by a text; more can be appended afterwards.
  public func digest(suffix: String) -> FileID { hashed.withLock { $0.hash }.id(suffix: suffix) }

  /// Whether what was hashed so far is all of a file (PROTOCOL.md, "What is out there": `file_timestamp`).
  public func verifies(_ entry: FileEntry) -> Bool {
    hashed.withLock { $0.hash }.verifies(entry.id, timestamp: entry.timestamp)
  }

  /// The blocks whose bytes are not those of a list; one that is not complete is none of them.
  func blocks(differingFrom list: BlockList) throws(StorageError) -> [Int] {
    let complete = state.withLock { $0.complete }
    var differing: [Int] = []
    for (block, hash) in list.hashes.enumerated() {
      let range = BlockList.range(of: block, size: list.size)
      guard complete.intersection(RangeSet(range)) == RangeSet(range) else { continue }
      if try file.sha256(of: range) != hash { differing.append(block) }
    }
    return differing
  }

  // MARK: Ending

  /// Removes it from the disk; what is written afterwards is lost.
  public func discard() {
    try? Disk.remove(path)
    if state.withLock({ $0.map != nil }) { try? Disk.remove(Self.mapPath(path)) }
  }

  static func discard(_ id: FileID, in directory: String) throws(StorageError) {
    let path = directory + "/" + name(of: id)
    try Disk.remove(path)
    try Disk.remove(mapPath(path))
  }

  /// Lets the disk begin to write what it has of the file.
  func beginWriteBack() { file.beginWriteBack(0..<size) }

  /// Gives back the room that was reserved for a file that turned out to be shorter.
  func trim() throws(StorageError) -> FileStat {
    let stat = try file.look()
    guard let size = state.withLock({ $0.size }), stat.size != size else { return stat }
    try file.truncate(to: size)
    return try file.look()
  }

  func sync() throws(StorageError) { try file.sync() }

  /// - Throws: what went wrong while its bytes were written.
  func awaitWriteBack() throws(StorageError) { try file.awaitWriteBack() }

  /// Makes the bytes of all files of its file system survive a loss of power.
  ///
  /// - Returns: false where that cannot be done.
  func syncFileSystem() throws(StorageError) -> Bool { try file.syncFileSystem() }
}
