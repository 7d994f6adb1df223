/// What the core wants done. The shell does it, in order, and tells the outcome as an event.
public enum Effect: Sendable, Equatable {
  /// Deliver one message on a new connection, then half-close; together with others, if the peer takes
  /// several on one connection. Outcome: `sent` or `sendFailed`.
  case send([UInt8], to: Endpoint, joins: Bool = false)
  /// Outcome: `resolved`.
  case resolve(host: String)

  /// Look for what an earlier run has left of a download, and make its partial file ready. Outcome: `opened`
  /// or `openFailed`.
  case open(FileID)
  /// Ask a holder for a part of a file that is open. Outcome: `fetchProgress`…, then `fetched` or
  /// `fetchFailed`.
  case fetch(Fetch)
  /// The part of an attempt ends sooner.
  case shorten(AttemptID, to: UInt64)
  case cancelFetch(AttemptID)
  /// Ask a holder for the hashes of a file's blocks. Outcome: `blocksFetched` or `fetchFailed`.
  case fetchBlocks(AttemptID, of: FileID, from: Endpoint)
  /// Check the blocks of a download against a list, or none, as they come.
  case useBlocks(FileID, BlockList?)
  /// Hash what is here of a download. Outcome: `verified` or `verifyFailed`.
  case verify(FileID, timestamps: [Lexeme])
  /// Compare what is here of a download with a list. Outcome: `blocksChecked` or `verifyFailed`.
  case checkBlocks(FileID, BlockList)
  /// These bytes of a download are wrong.
  case forgetBytes(FileID, Range<UInt64>)
  /// Nothing is fetched for now; what is here of the download stays.
  case park(FileID)
  /// Throw away what is here of a download.
  case abandon(FileID)

  /// Answer a GET_FILE on its connection; if that asked for raw bytes, wait for its next request then, else
  /// close it. Outcome: `uploadProgress`…, `uploadEnded`.
  case serve(UploadID, on: ConnectionID, GetFile, FileEntry, LocalCopy)
  /// Answer a GET_BLOCKS.
  case serveBlocks(ConnectionID, FileID, LocalCopy)
  /// Answer a GET_FILE or GET_BLOCKS with "I do not have it".
  case refuse(ConnectionID)
  /// Bytes a second over all transfers of a direction; `nil` is no bound.
  case limit(TransferView.Direction, bytesPerSecond: UInt64?)
  /// Send a file unasked. Outcome: as of `serve`.
  case replicate(UploadID, to: Endpoint, FileEntry, LocalCopy)
  case cancelUpload(UploadID)

  /// Move a received file into `files/`; storage forgets that it was wanted. Outcome: `kept` or `keepFailed`.
  case keep(ArrivalID, FileEntry, firstSeen: Int64)
  /// Throw a received file away.
  case discard(ArrivalID)
  /// A download that was hashed is not kept, or not yet: its bytes stay with the download.
  case release(ArrivalID)
  /// Copy a file into `files/`, stamped with that time (seconds since 1970). Outcome: `imported` or
  /// `importFailed`.
  case importFile(path: String, timestamp: Int64, RequestID)
  /// Move a copy from `files/` to the trash.
  case trash(LocalCopy, of: FileID)
  case persist([CatalogueChange])

  /// - Parameter onceWritten: only after what was to be persisted and trashed before is so on disk.
  case answer(RequestID, CommandReply, onceWritten: Bool = false)
  case log(LogLevel, String)

  /// A part of a file, from one holder.
  public struct Fetch: Sendable, Equatable {
    /// Names it in what comes back.
    public var attempt: AttemptID
    /// What the catalogue knows of the file; its timestamp may verify where the sent one doesn't.
    public var entry: FileEntry
    /// Whom to ask.
    public var holder: Endpoint
    /// What of the extension the holder understands.
    public var features: Features
    /// The first byte of the part.
    public var start: UInt64
    /// The byte before which the part ends; `nil`: the end of the file.
    public var end: UInt64?
    /// Bytes of the file, as far as is known.
    public var size: UInt64?
    /// What its blocks are checked against.
    public var blocks: BlockList?
    /// Bytes that the file may have at most.
    public var limit: UInt64

    public init(
      attempt: AttemptID, entry: FileEntry, holder: Endpoint, features: Features = [], start: UInt64 = 0,
      end: UInt64? = nil, size: UInt64? = nil, blocks: BlockList? = nil, limit: UInt64
    ) {
      self.attempt = attempt
      self.entry = entry
      self.holder = holder
      self.features = features
      self.start = start
      self.end = end
      self.size = size
      self.blocks = blocks
      self.limit = limit
    }
  }
}
