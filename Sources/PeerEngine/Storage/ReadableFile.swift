import PeerCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file in `files/` that is open to be served. Everything here blocks, and has to be called from a thread that may.
public final class ReadableFile: Sendable {
  /// Bytes.
  public let size: UInt64
  private let file: OpenFile

  /// - Throws: `StorageError.changed` unless it still is the file that was recorded.
  init(_ copy: LocalCopy, path: String) throws(StorageError) {
    file = try OpenFile(path, O_RDONLY | O_NOFOLLOW)
    guard try file.look().matches(copy) else { throw .changed(path: path) }
    size = copy.size
  }

  /// Fills the buffer from `offset` on.
  ///
  /// - Returns: how many bytes were read: fewer than the buffer holds only at the end of the file.
  /// - Throws: `StorageError.changed` if the file was cut short meanwhile.
  public func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(StorageError) -> Int {
    let count = try file.read(at: offset, into: buffer)
    let expected = offset < size ? min(UInt64(buffer.count), size - offset) : 0
    guard count >= expected else { throw .changed(path: file.path) }
    return Int(expected)
  }

  /// Lets the disk begin to read a range that is soon to be sent.
  public func beginReading(_ range: Range<UInt64>) { file.beginReading(range) }

  /// A second descriptor of the file, which the caller has to close.
  public func duplicateDescriptor() throws(StorageError) -> Int32 { try file.duplicate() }

  /// The SHA-256 of each block (PROTOCOL.md, "Extension").
  ///
  /// - Parameter checkpoint: called before each block; what it throws ends the work.
  func blockList(_ checkpoint: () throws(StorageError) -> Void) throws(StorageError) -> BlockList? {
    BlockList(size: size, hashes: try file.blockHashes(size: size, checkpoint))
  }

  /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
  ///
  /// - Throws: `StorageError.changed` if the file was cut short meanwhile.
  public func read(at offset: UInt64, count: Int) throws(StorageError) -> [UInt8] {
    let bytes = try file.read(at: offset, count: min(count, offset < size ? Int(size - offset) : 0))
    guard bytes.count == min(UInt64(count), offset < size ? size - offset : 0) else {
      throw .changed(path: file.path)
    }
    return bytes
  }
}
