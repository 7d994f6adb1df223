/// What the core wants done. The shell does it, in the order given, and reports the outcome as an event.
public enum Effect: Sendable, Equatable {
  /// Deliver one message on a new connection, then half-close it. With `joins`, the peer takes several messages on
  /// one connection, and those that wait for it may go together. Outcome: `sent` or `sendFailed`.
  case send([UInt8], to: Endpoint, joins: Bool = false)
  /// Look up what a host name means. Outcome: `resolved`.
  case resolve(host: String)

  /// Look for what an earlier run has left of a download, and make its partial file ready. Outcome: `opened`
  /// or `openFailed`.
  case open(FileID)
  /// Ask a holder for a part of a file that is open. Outcome: `fetchProgress`…, then `fetched` or
  /// `fetchFailed`.
  case fetch(Fetch)
  /// The part that an attempt asks for ends earlier than it was told before.
  case shorten(AttemptID, to: UInt64)
  /// Nothing of the attempt is wanted any longer. It has no outcome then.
  case cancelFetch(AttemptID)
  /// Ask a holder for the hashes of a file's blocks. Outcome: `blocksFetched` or `fetchFailed`.
  case fetchBlocks(AttemptID, of: FileID, from: Endpoint)
  /// From now on, check the blocks of a download against this list as they come; `nil`: against none.
  case useBlocks(FileID, BlockList?)
  /// Hash what is here of a download, with each of these timestamps. Outcome: `verified` or `verifyFailed`.
  case verify(FileID, timestamps: [Lexeme])
  /// Compare what is here of a download with a list. Outcome: `blocksChecked` or `verifyFailed`.
  case checkBlocks(FileID, BlockList)
  /// These bytes of a download are wrong, and will be fetched again.
  case forgetBytes(FileID, Range<UInt64>)
  /// Nothing of the download is fetched for now. What is here of it stays.
  case park(FileID)
  /// The download is over. Throw away what is here of it.
  case abandon(FileID)

  /// Answer a GET_FILE on its connection. If it asked for raw bytes, wait there for the next request afterwards, else
  /// close the connection. Outcome: `uploadProgress`…, then `uploadEnded`.
  case serve(UploadID, on: ConnectionID, GetFile, FileEntry, LocalCopy)
  /// Answer a GET_BLOCKS with the block list of a copy.
  case serveBlocks(ConnectionID, FileID, LocalCopy)
  /// Answer a GET_FILE or a GET_BLOCKS with "I do not have it".
  case refuse(ConnectionID)
  /// Bound all transfers of a direction together to so many bytes a second; `nil` is no bound.
  case limit(TransferView.Direction, bytesPerSecond: UInt64?)
  /// Send a file that nobody asked for. Outcome: as for `serve`.
  case replicate(UploadID, to: Endpoint, FileEntry, LocalCopy)
  /// Outcome: `uploadEnded` with `.cancelled`.
  case cancelUpload(UploadID)

  /// Move a received file into `files/`; storage then forgets that it was wanted. Outcome: `kept` or `keepFailed`.
  case keep(ArrivalID, FileEntry, firstSeen: Int64)
  /// Throw a received file away.
  case discard(ArrivalID)
  /// A download that was hashed is not kept, or not yet. Its bytes stay where they are.
  case release(ArrivalID)
  /// Copy a file into `files/`, with that timestamp (seconds since 1970-01-01 UTC). Outcome: `imported` or
  /// `importFailed`.
  case importFile(path: String, timestamp: Int64, RequestID)
  /// Move a copy from `files/` to the trash.
  case trash(LocalCopy, of: FileID)
  /// Remember these changes across restarts.
  case persist([CatalogueChange])

  /// Reply to a command.
  ///
  /// - Parameter onceWritten: reply only when all earlier `persist` and `trash` effects are done, on disk.
  case answer(RequestID, CommandReply, onceWritten: Bool = false)
  case log(LogLevel, String)

  /// A part of a file, from one holder.
  public struct Fetch: Sendable, Equatable {
    /// Names it in what comes back.
    public var attempt: AttemptID
    /// What the catalogue knows of the file. Its timestamp may verify where the one that the holder sends does not.
    public var entry: FileEntry
    /// Whom to ask.
    public var holder: Endpoint
    /// Which features of the extension the holder understands.
    public var features: Features
    /// The first byte of the part.
    public var start: UInt64
    /// The position just after the part's last byte; `nil`: to the end of the file.
    public var end: UInt64?
    /// Bytes of the whole file; `nil` if that is not known yet.
    public var size: UInt64?
    /// The list that its blocks are checked against, if there is one.
    public var blocks: BlockList?
    /// The most bytes that the file may have.
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
