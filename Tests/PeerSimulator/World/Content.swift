import Crypto
import PeerCore

/// The bytes of files, and what they are called.
enum Content {
  static func random(_ size: Int, _ random: inout RandomSource) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + 8)
    while bytes.count < size {
      withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) }
    }
    bytes.removeLast(bytes.count - size)
    return bytes
  }

  /// SHA-256 of the bytes followed by a text (PROTOCOL.md, "Messages": `file_id`).
  static func id(_ bytes: some Collection<UInt8>, _ suffix: String = "") -> FileID {
    var hash = SHA256()
    let fed: Void? = bytes.withContiguousStorageIfAvailable {
      hash.update(bufferPointer: UnsafeRawBufferPointer($0))
    }
    if fed == nil { hash.update(data: Array(bytes)) }
    hash.update(data: Array(suffix.utf8))
    guard let id = FileID(bytes: hash.finalize()) else { preconditionFailure("SHA-256 has 32 bytes") }
    return id
  }

  static func verifies(_ bytes: [UInt8], _ entry: FileEntry) -> Bool {
    entry.timestamp.timestampHashTexts.contains { id(bytes, $0) == entry.id }
  }

  static func blockList(_ bytes: [UInt8]) -> BlockList? {
    let size = UInt64(bytes.count)
    let blocks = (0..<Int(BlockList.count(ofSize: size))).map { block in
      let range = BlockList.range(of: block, size: size)
      return id(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }
    return BlockList(size: size, hashes: blocks)
  }

  /// A whole FILE_DATA, as every peer understands it.
  static func hexMessage(_ entry: FileEntry, _ bytes: some Sequence<UInt8>) -> [UInt8] {
    MessageEncoder.fileDataStart(entry) + hex(bytes) + MessageEncoder.fileDataEnd
  }

  static func hex(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0xF)])
    }
    return text
  }
}
