/// Everything that can happen to a peer. The shell stamps it with the time and gives it to
/// `PeerState.step`.
public enum Event: Sendable {
  /// The listener is up, storage is loaded: begin to take part.
  case started
  /// Time has passed; at the latest when `PeerState.nextDeadline` has come.
  case tick
  /// A message other than FILE_DATA, on a connection from that address (numeric, without port).
  case received(Message, from: String, on: ConnectionID)
  /// A file that nobody asked for has begun to arrive, and takes longer than a moment.
  case pushBegan(FileID)
  /// It has arrived, or nothing more of it does.
  case pushEnded(FileID)
  /// A file that nobody asked for has arrived whole (PROTOCOL.md, "Transfers").
  case pushed(ReceivedFile, from: String)
  /// A message was handed over, or could not be.
  case sent(to: Endpoint)
  case sendFailed(to: Endpoint, reason: String)
  /// What a host name means; empty if it means nothing.
  case resolved(host: String, addresses: [String])
  case command(Command, request: RequestID)

  /// A download's partial file is ready; which bytes were there already.
  case opened(FileID, size: UInt64?, here: RangeSet<UInt64>)
  case openFailed(FileID, TransferFailure)
  /// An attempt's bytes are here up to a position.
  ///
  /// - Parameter size: of the whole file, if the holder told it.
  case fetchProgress(AttemptID, position: UInt64, size: UInt64?)
  /// An attempt's part is here, up to `end`.
  case fetched(AttemptID, FileData, end: UInt64)
  case fetchFailed(AttemptID, TransferFailure)
  /// `nil`: the holder has none, or none that makes sense.
  case blocksFetched(AttemptID, BlockList?)
  /// A download was hashed.
  case verified(FileID, ReceivedFile)
  case verifyFailed(FileID, TransferFailure)
  case blocksChecked(FileID, wrong: [Int])
  case uploadProgress(UploadID, bytes: UInt64)
  case uploadEnded(UploadID, TransferFailure?)

  /// A received file is in `files/`, synced and recorded.
  case kept(ArrivalID, LocalCopy)
  case keepFailed(ArrivalID, TransferFailure)
  case imported(RequestID, FileEntry, LocalCopy)
  case importFailed(RequestID, reason: String)
  /// What a scan of `files/` found to be new, and which copies it found to be gone.
  case scanned(found: [StoredFile], gone: [FileID])

  /// Other peers decide how often it happens.
  var isCausedByOthers: Bool {
    switch self {
    case .received, .pushBegan, .pushEnded, .pushed, .sent, .sendFailed, .resolved, .uploadProgress,
      .uploadEnded:
      true
    default: false
    }
  }

  /// Afterwards a download may begin, or a holder may have nothing to do.
  var changesWhatCanBeFetched: Bool {
    switch self {
    case .tick, .uploadProgress, .uploadEnded, .sent, .sendFailed, .resolved: false
    default: true
    }
  }
}

/// Names a connection that was accepted.
public struct ConnectionID: Hashable, Sendable {
  /// Grows; never given twice.
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }
}

/// Names a received file that waits, in a partial file, for the core's decision.
public struct ArrivalID: Hashable, Sendable {
  /// Grows; never given twice.
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }
}

/// Names one try of a download at one holder.
public struct AttemptID: Hashable, Sendable {
  /// Grows; never given twice.
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }
}

/// Names an upload.
public struct UploadID: Hashable, Sendable {
  /// Grows; never given twice.
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }
}

/// Names a command that waits for its reply.
public struct RequestID: Hashable, Sendable {
  /// Grows; never given twice.
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }
}

/// A FILE_DATA that arrived whole; its bytes are in a partial file.
public struct ReceivedFile: Sendable {
  /// What keeping or discarding it is asked by.
  public var arrival: ArrivalID
  /// What the message said of it.
  public var data: FileData
  /// Bytes of the file.
  public var size: UInt64
  /// The file ids that these bytes verify for, with the timestamp that each was made with.
  public var digests: [Digest]

  /// A file id, and the timestamp that it was made with.
  public struct Digest: Sendable, Equatable {
    /// As received or, for bytes found here, as tried.
    public var timestamp: Lexeme
    /// SHA-256 of the bytes and the text of `timestamp`.
    public var id: FileID

    public init(timestamp: Lexeme, id: FileID) {
      self.timestamp = timestamp
      self.id = id
    }
  }

  public init(arrival: ArrivalID, data: FileData, size: UInt64, digests: [Digest]) {
    self.arrival = arrival
    self.data = data
    self.size = size
    self.digests = digests
  }

  func verifies(_ id: FileID) -> Bool { digests.contains { $0.id == id } }

  /// A timestamp with which the bytes verify for the entry's id: its own if possible, so that it goes on as
  /// it came; `nil` if they don't verify.
  func timestamp(verifying entry: FileEntry) -> Lexeme? {
    let timestamps = digests.filter { $0.id == entry.id }.map(\.timestamp)
    let own = entry.timestamp.timestampHashTexts
    let isOwn = timestamps.contains { $0 == entry.timestamp || own.contains($0.text) }
    return isOwn ? entry.timestamp : timestamps.first
  }
}

/// Why a transfer ended without success, and whose fault it was.
public enum TransferFailure: Error, Sendable, Equatable {
  // The other peer's
  case unreachable(String)
  case closedWithoutAnswer
  case notHeld
  case truncated
  case stalled(seconds: Int)
  case tooSlow
  case malformed(String)
  /// It sent more than a file may have; another holder may not.
  case tooLarge(limit: UInt64)
  case mismatch
  /// A block differs from a list that another holder gave.
  case wrongBlock(Int)
  /// So many blocks turned out to be wrong in the end.
  case wrongBlocks(Int)
  /// The list of hashes that it gave is not of this file's blocks.
  case wrongBlockList
  case reset(String)
  // Ours
  case quota(limit: UInt64)
  case cancelled
  // The disk's
  case diskFull
  case disk(String)

  /// Who can do something about a failure.
  public enum Fault: Sendable { case peer, us, disk }

  /// Only a peer's fault counts against it.
  public var fault: Fault {
    switch self {
    case .unreachable, .closedWithoutAnswer, .notHeld, .truncated, .stalled, .tooSlow, .malformed, .tooLarge,
      .mismatch, .wrongBlock, .wrongBlocks, .wrongBlockList, .reset:
      .peer
    case .quota, .cancelled: .us
    case .diskFull, .disk: .disk
    }
  }

  /// The holder may not know the extension that it was asked with.
  var mayBeMisunderstanding: Bool {
    switch self {
    case .closedWithoutAnswer, .stalled, .malformed, .reset: true
    default: false
    }
  }
}

extension TransferFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreachable(let why): "cannot connect: \(why)"
    case .closedWithoutAnswer: "closed the connection without an answer"
    case .notHeld: "does not have it"
    case .truncated: "sent only a part"
    case .stalled(let seconds): "sent nothing for \(seconds) s"
    case .tooSlow: "was slower than 4 KiB/s for a minute"
    case .malformed(let why): "sent no valid answer: \(why)"
    case .mismatch: "sent bytes that are not this file (the hash differs)"
    case .wrongBlock(let block): "sent a block (\(block)) that differs from the list of another holder"
    case .wrongBlocks(let count): "sent \(Units.count(count, "block")) that are not of this file"
    case .wrongBlockList: "sent a list of blocks that are not of this file"
    case .reset(let why): "broke the connection: \(why)"
    case .tooLarge(let limit): "larger than the limit of \(Units.bytes(limit)) (--max-file-size)"
    case .quota(let limit): "would exceed the quota of \(Units.bytes(limit)) (--quota)"
    case .cancelled: "cancelled"
    case .diskFull: "the disk is full"
    case .disk(let why): why
    }
  }
}
