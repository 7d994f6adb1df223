import PeerCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file on its way in. Its bytes come one piece after the other (`append`), or in any order and from several
/// connections at once (`write`). It may be used from several threads at once, and everything here blocks.
///
/// A temporary file is removed with its last reference. A resumable one stays until it is kept or discarded, and beside
/// it a map of the blocks that are complete. After a loss of power, the map may promise bytes that are gone: it is a
/// hint, and in the end the file's id decides (docs/adr/0001-what-is-synced-when.md).
///
/// PartialFile+Writing.swift has what brings bytes in, PartialFile+Hashing.swift what checks them.
public final class PartialFile: Sendable {
  struct State {
    /// Where the next appended byte goes.
    var end: UInt64 = 0
    /// The written bytes that count.
    var complete = RangeSet<UInt64>()
    /// How many bytes the whole file has, once that is known.
    var size: UInt64?
    /// Of a resumable file that has more than one block, once its size is known.
    var map: PartialMap?
    /// The position up to which room was taken on the disk.
    var reserved: UInt64 = 0
    /// The position up to which hashing was asked for.
    var followed: UInt64 = 0
    /// The position up to which the bytes are hashed. It is here as well as in `Hashed`, whose lock is held while bytes
    /// are being hashed, so that nobody has to wait just to read it.
    var hashed: UInt64 = 0
    /// The position up to which the disk was told to begin to write.
    var writtenBack: UInt64 = 0
    /// Whether somebody is at hashing.
    var isFollowing = false

    /// The position up to which the bytes are here without a gap.
    var frontier: UInt64 {
      guard let first = complete.ranges.first, first.lowerBound == 0 else { return end }
      return first.upperBound
    }
  }

  struct Hashed {
    var hash = ContentHash()
    /// The position up to which `hash` has taken the bytes.
    var end: UInt64 = 0
  }

  let path: String
  let name: String
  let file: OpenFile
  let isTemporary: Bool
  let state: Mutex<State>
  let hashed = Mutex(Hashed())
  /// Held while bytes are written or begin to count. Bytes that count are never written again, since they may be hashed
  /// already.
  let writing = Mutex(())

  /// Creates a temporary file.
  init(directory: String, name: String) throws(StorageError) {
    self.name = name
    path = directory + "/" + name
    file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL)
    isTemporary = true
    state = Mutex(State())
  }

  /// Opens a resumable file as it was left, or creates it.
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
  static func mapPath(_ path: String) -> String { path + ".map" }

  /// The file that a name in `partial/` belongs to; `nil` for temporary ones.
  static func id(ofName name: String) -> FileID? {
    guard name.hasSuffix(".part") || name.hasSuffix(".part.map") else { return nil }
    return FileID(hex: name.prefix(2 * FileID.byteCount))
  }

  /// How many bytes the whole file has; while that is not known, the position just after the last byte that is here.
  public var size: UInt64 {
    state.withLock { $0.size ?? max($0.end, $0.complete.ranges.last?.upperBound ?? 0) }
  }

  /// How many bytes the whole file has, if that is known, and which of them are here.
  public var progress: (size: UInt64?, complete: RangeSet<UInt64>) {
    state.withLock { ($0.size, $0.complete) }
  }

  // MARK: Ending

  /// Removes the file from the disk. What is written to it afterwards is lost.
  public func discard() {
    try? Disk.remove(path)
    if state.withLock({ $0.map != nil }) { try? Disk.remove(Self.mapPath(path)) }
  }

  /// Removes a resumable file that is not open.
  static func discard(_ id: FileID, in directory: String) throws(StorageError) {
    let path = directory + "/" + name(of: id)
    try Disk.remove(path)
    try Disk.remove(mapPath(path))
  }

  /// Lets the disk begin to write the bytes, so that a later `sync` has less to wait for.
  func beginWriteBack() { file.beginWriteBack(0..<size) }

  /// Gives back the room on the disk that a holder's word had reserved, if the file has turned out to be shorter.
  func trim() throws(StorageError) -> FileStat {
    let stat = try file.look()
    guard let size = state.withLock({ $0.size }), stat.size != size else { return stat }
    try file.truncate(to: size)
    return try file.look()
  }

  /// Makes the bytes survive a loss of power.
  func sync() throws(StorageError) { try file.sync() }

  /// Waits until the bytes are with the disk, which may still lose them with its power.
  ///
  /// - Throws: also if the disk refused them before.
  func awaitWriteBack() throws(StorageError) { try file.awaitWriteBack() }

  /// As `sync`, for all files of the file system that the file is on.
  ///
  /// - Returns: false where that cannot be done.
  func syncFileSystem() throws(StorageError) -> Bool { try file.syncFileSystem() }
}
