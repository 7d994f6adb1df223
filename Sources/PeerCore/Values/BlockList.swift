/// The SHA-256 of each block of a file, as one peer tells it (PROTOCOL.md, "Extension").
public struct BlockList: Sendable, Equatable {
  /// Bytes of every block but the last.
  public static let blockSize: UInt64 = 1 << 20

  /// Bytes of the file.
  public let size: UInt64
  /// One for each block, in their order.
  public let hashes: [FileID]

  /// `nil` unless there is a hash for each block.
  public init?(size: UInt64, hashes: [FileID]) {
    guard UInt64(hashes.count) == Self.count(ofSize: size) else { return nil }
    self.size = size
    self.hashes = hashes
  }

  /// The number of blocks of a file.
  public static func count(ofSize size: UInt64) -> UInt64 {
    size / blockSize + (size % blockSize == 0 ? 0 : 1)
  }

  /// The bytes of a block.
  public static func range(of block: Int, size: UInt64) -> Range<UInt64> {
    let start = UInt64(block) * blockSize
    return start..<min(start + blockSize, size)
  }
}
