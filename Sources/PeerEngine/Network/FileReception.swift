import PeerCore

/// A file that is arriving on a connection: from the first byte of `data` to an arrival that the core decides
/// about. Whatever ends the connection before that leaves nothing behind.
final class FileReception {
  private let file: any IncomingFile
  /// Bytes.
  private let limit: UInt64
  private var isTaken = false

  init(_ file: any IncomingFile, limit: UInt64) {
    self.file = file
    self.limit = limit
  }

  deinit {
    if !isTaken { file.discard() }
  }

  var size: UInt64 { file.size }

  func append(_ bytes: [UInt8]) throws {
    guard file.size + UInt64(bytes.count) <= limit else { throw TransferFailure.tooLarge(limit: limit) }
    try bytes.withUnsafeBytes { try file.append($0) }
  }

  /// The message is whole.
  ///
  /// - Parameter known: the timestamp that the catalogue has, which may verify where the sent one does not.
  func finish(_ data: FileData, known: Lexeme?, in arrivals: Arrivals) -> ReceivedFile {
    isTaken = true
    var timestamps = [data.timestamp]
    if let known, known != data.timestamp { timestamps.append(known) }
    return ReceivedFile(
      arrival: arrivals.put(file), data: data, size: file.size,
      digests: file.digests(timestamps: timestamps))
  }
}
