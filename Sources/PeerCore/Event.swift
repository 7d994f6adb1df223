/// Everything that can happen to a peer. The shell adds the time and passes it to `PeerState.step`.
public enum Event: Sendable {
  /// The listener is up and storage is loaded: begin to take part in the network.
  case started
  /// Time has passed. Comes at `PeerState.nextDeadline` at the latest.
  case tick
  /// A message without a file, on a connection from that address (numeric, without port).
  case received(Message, from: String, on: ConnectionID)
  /// A file that nobody asked for has begun to arrive, and takes longer than a moment.
  case pushBegan(FileID)
  /// It has arrived, or nothing more of it does.
  case pushEnded(FileID)
  /// A file that nobody asked for has arrived whole (PROTOCOL.md, "Transfers").
  case pushed(ReceivedFile, from: String)
  /// A message was handed over.
  case sent(to: Endpoint)
  /// A message could not be handed over.
  case sendFailed(to: Endpoint, reason: String)
  /// The numeric addresses that a host name means; none if it means nothing.
  case resolved(host: String, addresses: [String])
  case command(Command, request: RequestID)

  /// A download's partial file is ready.
  ///
  /// - Parameters:
  ///   - size: bytes of the whole file, if an earlier run has learnt that.
  ///   - here: the bytes that were there already.
  case opened(FileID, size: UInt64?, here: RangeSet<UInt64>)
  case openFailed(FileID, TransferFailure)
  /// An attempt's bytes are here up to a position in the file.
  ///
  /// - Parameter size: bytes of the whole file, if the holder has told.
  case fetchProgress(AttemptID, position: UInt64, size: UInt64?)
  /// An attempt's part is here whole, up to the position `end`.
  case fetched(AttemptID, FileData, end: UInt64)
  case fetchFailed(AttemptID, TransferFailure)
  /// A holder's block list; `nil` if it has none, or none that makes sense.
  case blocksFetched(AttemptID, BlockList?)
  /// A download was hashed: for which ids its bytes verify.
  case verified(FileID, ReceivedFile)
  case verifyFailed(FileID, TransferFailure)
  /// A download was compared with a block list: the numbers of the blocks that differ.
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

  /// Whether other peers decide how often it happens.
  var isCausedByOthers: Bool {
    switch self {
    case .received, .pushBegan, .pushEnded, .pushed, .sent, .sendFailed, .resolved, .uploadProgress,
      .uploadEnded:
      true
    default: false
    }
  }

  /// Whether a download may begin afterwards, or a holder may have nothing left to do.
  var changesWhatCanBeFetched: Bool {
    switch self {
    case .tick, .uploadProgress, .uploadEnded, .sent, .sendFailed, .resolved: false
    default: true
    }
  }
}
