import PeerCore

/// Where the bytes of a file that arrives unasked go. One connection uses it at a time.
protocol IncomingFile: AnyObject, Sendable {
  /// How many bytes have come so far.
  var size: UInt64 { get }
  /// - Throws: `TransferFailure` of the disk.
  func append(_ bytes: UnsafeRawBufferPointer) throws
  /// The SHA-256 of the bytes so far followed by `suffix`.
  func digest(suffix: String) -> FileID
  func discard()
}

/// Where the bytes of a download go, from several connections at once.
protocol DownloadTarget: AnyObject, Sendable {
  /// The file has so many bytes: takes room for them.
  ///
  /// - Throws: `TransferFailure` of the disk.
  func expect(size: UInt64) throws
  /// - Throws: `TransferFailure` of the disk.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws
  /// These bytes were written and are right, as far as is known: they count from now on.
  func confirm(_ range: Range<UInt64>) throws
}

/// Where the bytes of a file that is sent come from.
protocol OutgoingFile: Sendable {
  /// Bytes.
  var size: UInt64 { get }
  /// - Returns: how many bytes were read: fewer than the buffer holds only at the end of the file.
  /// - Throws: if the file has changed since it was opened, or cannot be read.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int
  /// Lets the disk begin to read a range that is soon to be sent.
  func beginReading(_ range: Range<UInt64>)
  /// A descriptor of the file, which the caller has to close.
  func duplicateDescriptor() throws -> Int32
}

/// Hashes blocks of a file as their bytes come.
protocol BlockHasher {
  mutating func update(_ bytes: UnsafeRawBufferPointer)
  /// The SHA-256 of all bytes since the last call.
  mutating func finish() -> FileID
}

extension IncomingFile {
  /// The ids that the bytes verify for with these timestamps (PROTOCOL.md, "What is out there": hash of a float, text
  /// or null timestamp).
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
