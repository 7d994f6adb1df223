import Crypto
import PeerCore

/// The SHA-256 of a file's content so far. Any timestamp can be added to see the id, without ending it (PROTOCOL.md,
/// "Messages": `file_id`).
struct ContentHash: Sendable {
  private var hasher = SHA256()

  mutating func update(_ bytes: UnsafeRawBufferPointer) { hasher.update(bufferPointer: bytes) }

  /// The id of a file with this content and a timestamp with that text.
  func id(suffix: String) -> FileID {
    var copy = hasher
    var suffix = suffix
    suffix.withUTF8 { copy.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    return copy.finalize().withUnsafeBytes { bytes in
      guard let id = FileID(buffer: bytes) else { preconditionFailure("SHA-256 has 32 bytes") }
      return id
    }
  }

  /// Whether this content has that id, with a timestamp as it was received.
  func verifies(_ id: FileID, timestamp: Lexeme) -> Bool {
    timestamp.timestampHashTexts.contains { self.id(suffix: $0) == id }
  }
}

extension OpenFile {
  /// Bytes that are read and hashed at once: as many as stay in a core's own cache.
  static let hashChunk = 256 * 1024

  /// Reads a range, and hands it out in pieces that suit hashing.
  ///
  /// - Throws: `StorageError.changed` if the file ends before the range does.
  func read(
    _ range: Range<UInt64>, _ body: (UnsafeRawBufferPointer) throws(StorageError) -> Void
  ) throws(StorageError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.hashChunk, alignment: 64)
    defer { buffer.deallocate() }
    var offset = range.lowerBound
    while offset < range.upperBound {
      let wanted = Int(min(UInt64(buffer.count), range.upperBound - offset))
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
      guard try read(at: offset, into: piece) == wanted else { throw .changed(path: path) }
      try body(UnsafeRawBufferPointer(piece))
      offset += UInt64(wanted)
    }
  }

  /// The SHA-256 of a range.
  func sha256(of range: Range<UInt64>) throws(StorageError) -> FileID {
    var hash = ContentHash()
    try read(range) { (bytes) throws(StorageError) in hash.update(bytes) }
    return hash.id(suffix: "")
  }

  /// The SHA-256 of each block (PROTOCOL.md, "Extension").
  func blockHashes(
    size: UInt64, _ checkpoint: () throws(StorageError) -> Void
  ) throws(StorageError) -> [FileID] {
    var hashes: [FileID] = []
    for block in 0..<Int(BlockList.count(ofSize: size)) {
      try checkpoint()
      hashes.append(try sha256(of: BlockList.range(of: block, size: size)))
    }
    return hashes
  }
}
