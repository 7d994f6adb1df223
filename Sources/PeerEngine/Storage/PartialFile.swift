import PeerCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file on its way in: bytes appended one after the other, hashed as they come. Belongs to one connection
/// at a time; it is safe to hand it from thread to thread. Removed from the disk with its last reference,
/// unless it was kept.
public final class PartialFile: Sendable {
  private struct State {
    var size: UInt64 = 0
    var hash = ContentHash()
  }

  let path: String
  let name: String
  private let file: OpenFile
  private let state = Mutex(State())

  init(directory: String, name: String) throws(StorageError) {
    self.name = name
    path = directory + "/" + name
    file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL)
  }

  deinit { try? Disk.remove(path) }

  /// Bytes appended so far.
  public var size: UInt64 { state.withLock { $0.size } }

  /// Blocks: call it from a thread that may.
  ///
  /// - Throws: `StorageError.diskFull` and others; what was appended before is still there.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    try state.withLock { state throws(StorageError) in
      try file.write(bytes, at: state.size)
      state.hash.update(bytes)
      state.size += UInt64(bytes.count)
    }
  }

  /// SHA-256 of the content so far followed by a text; more can be appended afterwards.
  public func digest(suffix: String) -> FileID { state.withLock { $0.hash }.id(suffix: suffix) }

  /// Whether the content so far is all of a file (PROTOCOL.md, "What is out there": `file_timestamp`).
  public func verifies(_ entry: FileEntry) -> Bool {
    state.withLock { $0.hash }.verifies(entry.id, timestamp: entry.timestamp)
  }

  /// Removes it from the disk; what is appended afterwards is lost.
  public func discard() { try? Disk.remove(path) }

  func sync() throws(StorageError) -> FileStat {
    try file.sync()
    return try file.look()
  }
}
