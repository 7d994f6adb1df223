/// What the core wants done. The shell does it, in order, and tells the outcome as an event.
public enum Effect: Sendable, Equatable {
  /// Deliver one message on a new connection, then half-close. Outcome: `sent` or `sendFailed`.
  case send([UInt8], to: Endpoint)
  /// Outcome: `resolved`.
  case resolve(host: String)

  /// Ask a holder for a file. Outcome: `fetchProgress`…, then `fetched` or `fetchFailed`.
  case fetch(Fetch)
  case cancelFetch(AttemptID)
  /// Answer a GET_FILE on its connection, then close it. Outcome: `uploadProgress`…, `uploadEnded`.
  case serve(UploadID, on: ConnectionID, FileEntry, LocalCopy)
  /// Answer a GET_FILE with "I do not have it", then close.
  case refuse(ConnectionID)
  /// Send a file unasked. Outcome: as of `serve`.
  case replicate(UploadID, to: Endpoint, FileEntry, LocalCopy)
  case cancelUpload(UploadID)

  /// Move a received file into `files/`. Outcome: `kept` or `keepFailed`.
  case keep(ArrivalID, FileEntry, firstSeen: Int64)
  /// Throw a received file away.
  case discard(ArrivalID)
  /// Copy a file into `files/`, stamped with that time (seconds since 1970). Outcome: `imported` or
  /// `importFailed`.
  case importFile(path: String, timestamp: Int64, RequestID)
  /// Move a copy from `files/` to the trash.
  case trash(LocalCopy, of: FileID)
  case persist([CatalogueChange])

  case answer(RequestID, CommandReply)
  case log(LogLevel, String)

  public struct Fetch: Sendable, Equatable {
    public var attempt: AttemptID
    /// What the catalogue knows of the file; its timestamp may verify where the sent one doesn't.
    public var entry: FileEntry
    public var holder: Endpoint
    /// Bytes that the file may have at most.
    public var limit: UInt64

    public init(attempt: AttemptID, entry: FileEntry, holder: Endpoint, limit: UInt64) {
      self.attempt = attempt
      self.entry = entry
      self.holder = holder
      self.limit = limit
    }
  }
}
