import DequeModule
import PeerCore

/// Files that arrive unasked on a connection: each from the first byte of its `data` to an arrival that the
/// core decides about. Whatever ends the connection before that leaves nothing behind.
final class PushReceiver: FileReceiver {
  /// Those that are arriving, or whose message is about to be dealt with; oldest first.
  private var receptions: Deque<FileReception> = []
  private let begin: () throws -> FileReception

  init(begin: @escaping () throws -> FileReception) { self.begin = begin }

  func begin(_ part: RawPart?) throws {
    guard part == nil else { throw TransferFailure.malformed("raw bytes that nobody asked for") }
    receptions.append(try begin())
  }

  func take(_ bytes: UnsafeRawBufferPointer) throws { try receptions.last?.append(bytes) }

  /// The file of the next message that has one.
  func next() -> FileReception? { receptions.popFirst() }
}

/// One file that arrives unasked.
final class FileReception {
  private let file: any IncomingFile
  /// Bytes.
  private let limit: UInt64
  private let ended: () -> Void
  private var isTaken = false

  /// - Parameter ended: called when nothing more of it arrives.
  init(_ file: any IncomingFile, limit: UInt64, ended: @escaping () -> Void) {
    self.file = file
    self.limit = limit
    self.ended = ended
  }

  deinit {
    if !isTaken { file.discard() }
    ended()
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard file.size + UInt64(bytes.count) <= limit else { throw TransferFailure.tooLarge(limit: limit) }
    try file.append(bytes)
  }

  /// The message is whole.
  func finish(_ data: FileData, in arrivals: Arrivals) -> ReceivedFile {
    isTaken = true
    return ReceivedFile(
      arrival: arrivals.put(file), data: data, size: file.size,
      digests: file.digests(timestamps: [data.timestamp]))
  }
}
