import PeerCore

/// Where the bytes of a file that arrives unasked go. Used by one connection at a time.
protocol IncomingFile: AnyObject, Sendable {
  /// Bytes so far.
  var size: UInt64 { get }
  /// - Throws: `TransferFailure` of the disk.
  func append(_ bytes: UnsafeRawBufferPointer) throws
  /// SHA-256 of the bytes so far followed by `suffix`.
  func digest(suffix: String) -> FileID
  func discard()
}

/// Where the bytes of a download go, from several connections at once.
protocol DownloadTarget: AnyObject, Sendable {
  /// Reserves room for a file of so many bytes.
  ///
  /// - Throws: `TransferFailure` of the disk.
  func expect(size: UInt64) throws
  /// - Throws: `TransferFailure` of the disk.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws
  /// These bytes were written, and count from now on.
  func confirm(_ range: Range<UInt64>) throws
}

/// Where the bytes of a file that is sent come from.
protocol OutgoingFile: Sendable {
  /// Bytes.
  var size: UInt64 { get }
  /// - Returns: how many bytes were read: fewer than asked for only at the end.
  /// - Throws: if the file has changed since it was opened, or can't be read.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int
  /// Lets the disk begin to read what is soon to be sent.
  func beginReading(_ range: Range<UInt64>)
  /// A descriptor of the file, for whoever closes it.
  func duplicateDescriptor() throws -> Int32
}

/// SHA-256 of bytes as they come.
protocol BlockHasher {
  mutating func update(_ bytes: UnsafeRawBufferPointer)
  /// Of all bytes since the last call.
  mutating func finish() -> FileID
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
