import DequeModule
import PeerCore

/// Takes files that arrive unasked on a connection, each from the first byte of its `data` until the core decides about
/// it. If the connection ends before, nothing is left behind.
final class PushReceiver: FileReceiver {
  /// The files that are arriving, or whose message is about to be dealt with; the oldest first.
  private var receptions: Deque<FileReception> = []
  private let begin: (FileID?) throws -> FileReception

  init(begin: @escaping (FileID?) throws -> FileReception) { self.begin = begin }

  func begin(_ part: RawPart?, of file: FileID?) throws {
    guard part == nil else { throw TransferFailure.malformed("raw bytes that nobody asked for") }
    receptions.append(try begin(file))
  }

  /// The one whose bytes are still coming.
  var last: FileReception? { receptions.last }

  func take(_ bytes: UnsafeRawBufferPointer) throws { try receptions.last?.append(bytes) }

  /// The file that belongs to the next message that has one.
  func next() -> FileReception? { receptions.popFirst() }
}

/// One file that arrives unasked.
final class FileReception {
  /// Which file it is, if the message has said so before its bytes.
  private let id: FileID?
  private var told: FileID?
  private let file: any IncomingFile
  private let network: Network
  private let ended: (FileID?) -> Void
  /// How many of its bytes count as arriving.
  private var arriving = 0
  private var isTaken = false

  /// - Parameters:
  ///   - file: where its bytes go.
  ///   - id: what the message says it is, if it says so first.
  ///   - ended: called when nothing more of it arrives, with what `takeNews` gave.
  init(_ file: any IncomingFile, _ id: FileID?, in network: Network, ended: @escaping (FileID?) -> Void) {
    self.id = id
    self.file = file
    self.network = network
    self.ended = ended
  }

  deinit {
    _ = network.noteArriving(-arriving)
    if !isTaken { file.discard() }
    ended(told)
  }

  /// Which file is on its way here; `nil` if that is not known, or was said before.
  func takeNews() -> FileID? {
    guard told == nil else { return nil }
    told = id
    return id
  }

  /// Takes bytes, as long as they are within what is allowed. Files that arrive at the same time count together, so
  /// that each of them does not get all that is left.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    arriving += bytes.count
    let all = network.noteArriving(bytes.count)
    let allowance = network.delegate.pushAllowance ?? PushAllowance(file: 0, all: 0)
    guard arriving <= allowance.file, all <= allowance.all else {
      throw TransferFailure.tooLarge(limit: min(allowance.file, allowance.all))
    }
    try file.append(bytes)
  }

  /// The message has come whole: hands the file over to wait for the core's decision.
  func finish(_ data: FileData, in arrivals: Arrivals) -> ReceivedFile {
    isTaken = true
    return ReceivedFile(
      arrival: arrivals.put(file), data: data, size: file.size,
      digests: file.digests(timestamps: [data.timestamp]))
  }
}
