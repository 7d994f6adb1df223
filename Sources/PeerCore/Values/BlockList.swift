/// The SHA-256 of each block of a file, as one peer says (PROTOCOL.md, "Extension").
public struct BlockList: Sendable, Equatable {
  /// Bytes of each block but the last, which may have fewer.
  public static let blockSize: UInt64 = 1 << 20

  /// Bytes of the file.
  public let size: UInt64
  /// The hash of each block, in order.
  public let hashes: [FileID]

  /// `nil` unless there is exactly one hash for each block.
  public init?(size: UInt64, hashes: [FileID]) {
    guard UInt64(hashes.count) == Self.count(ofSize: size) else { return nil }
    self.size = size
    self.hashes = hashes
  }

  /// The number of blocks of a file of so many bytes.
  public static func count(ofSize size: UInt64) -> UInt64 {
    size / blockSize + (size % blockSize == 0 ? 0 : 1)
  }

  /// The positions of a block's bytes in a file of `size` bytes.
  public static func range(of block: Int, size: UInt64) -> Range<UInt64> {
    let start = UInt64(block) * blockSize
    return start..<min(start + blockSize, size)
  }
}
