import PeerCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which blocks of a resumable partial file are complete, in a file of its own: eight bytes for the size of the whole
/// file, little-endian, all ones while it is unknown, and then one byte for each block. It is not synced: in the end
/// the file's hash checks what it says.
struct PartialMap {
  private let file: OpenFile
  private(set) var size: UInt64?
  private var blocks: [UInt8]

  private static let headerBytes = 8

  init(creating path: String) throws(StorageError) {
    file = try OpenFile(path, O_RDWR | O_CREAT | O_TRUNC)
    blocks = []
    try file.write([UInt8](repeating: 0xFF, count: Self.headerBytes), at: 0)
  }

  /// `nil` if there is no map, or one that was not even begun properly.
  init?(resuming path: String) throws(StorageError) {
    guard let stat = try Disk.look(path), stat.size >= Self.headerBytes else { return nil }
    file = try OpenFile(path, O_RDWR)
    let bytes = try file.read(at: 0, count: Int(stat.size))
    let header = bytes.prefix(Self.headerBytes).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    size = header == .max ? nil : header
    blocks = Array(bytes.dropFirst(Self.headerBytes))
  }

  mutating func set(size: UInt64) throws(StorageError) {
    self.size = size
    try file.write((0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * UInt64($0))) }, at: 0)
  }

  /// The bytes that it says are there, of a partial file that has `length` bytes on the disk.
  func complete(within length: UInt64) -> RangeSet<UInt64> {
    var complete = RangeSet<UInt64>()
    for (block, mark) in blocks.enumerated() where mark == 1 {
      let range = BlockList.range(of: block, size: min(size ?? .max, length))
      if range.lowerBound < range.upperBound { complete.insert(contentsOf: range) }
    }
    return complete
  }

  /// Marks the blocks that have become complete with the bytes that were just written.
  mutating func note(
    _ written: Range<UInt64>, in complete: RangeSet<UInt64>, size: UInt64?
  ) throws(StorageError) {
    guard let whole = complete.ranges.first(where: { $0.contains(written.lowerBound) }) else { return }
    let first = written.lowerBound / BlockList.blockSize
    let last = (written.upperBound - 1) / BlockList.blockSize
    for block in Int(first)...Int(last) {
      let start = UInt64(block) * BlockList.blockSize
      let end = min(start + BlockList.blockSize, size ?? .max)
      if whole.lowerBound <= start, end <= whole.upperBound { try mark(block, 1) }
    }
  }

  mutating func forget(_ range: Range<UInt64>) throws(StorageError) {
    guard !range.isEmpty else { return }
    let last = Int((range.upperBound - 1) / BlockList.blockSize)
    for block in Int(range.lowerBound / BlockList.blockSize)...last where block < blocks.count {
      try mark(block, 0)
    }
  }

  private mutating func mark(_ block: Int, _ value: UInt8) throws(StorageError) {
    if block >= blocks.count { blocks += [UInt8](repeating: 0, count: block + 1 - blocks.count) }
    guard blocks[block] != value else { return }
    blocks[block] = value
    try file.write([value], at: UInt64(Self.headerBytes + block))
  }
}
