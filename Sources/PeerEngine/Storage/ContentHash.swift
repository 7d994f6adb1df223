import Crypto
import PeerCore

/// SHA-256 of a file's content so far, to which any timestamp can be added without ending it
/// (PROTOCOL.md, "Messages": `file_id`).
struct ContentHash: Sendable {
  private var hasher = SHA256()

  mutating func update(_ bytes: UnsafeRawBufferPointer) { hasher.update(bufferPointer: bytes) }

  /// The id of a file with this content and a timestamp of this text.
  func id(suffix: String) -> FileID {
    var copy = hasher
    var suffix = suffix
    suffix.withUTF8 { copy.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    return copy.finalize().withUnsafeBytes { bytes in
      guard let id = FileID(buffer: bytes) else { preconditionFailure("SHA-256 has 32 bytes") }
      return id
    }
  }

  /// Whether this content is that of `id`, with a timestamp as it was received.
  func verifies(_ id: FileID, timestamp: Lexeme) -> Bool {
    timestamp.timestampHashTexts.contains { self.id(suffix: $0) == id }
  }
}
