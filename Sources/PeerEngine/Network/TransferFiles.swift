import PeerCore

/// Where the bytes of an arriving file go. Used by one connection at a time.
protocol IncomingFile: AnyObject, Sendable {
  /// Bytes so far.
  var size: UInt64 { get }
  /// - Throws: `TransferFailure` of the disk.
  func append(_ bytes: UnsafeRawBufferPointer) throws
  /// SHA-256 of the bytes so far followed by `suffix`.
  func digest(suffix: String) -> FileID
  func discard()
}

/// Where the bytes of a file that is sent come from.
protocol OutgoingFile: Sendable {
  /// Bytes.
  var size: UInt64 { get }
  /// - Returns: how many bytes were read: fewer than asked for only at the end.
  /// - Throws: if the file has changed since it was opened, or can't be read.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension IncomingFile {
  /// The ids that the bytes verify for, with the timestamp as it was sent and as it is known
  /// (PROTOCOL.md, "What is out there": hash of a float, text or null timestamp).
  func digests(timestamps: [Lexeme]) -> [ReceivedFile.Digest] {
    var digests: [ReceivedFile.Digest] = []
    for timestamp in timestamps {
      for text in timestamp.timestampHashTexts {
        digests.append(ReceivedFile.Digest(timestamp: timestamp, id: digest(suffix: text)))
      }
    }
    return digests
  }
}
