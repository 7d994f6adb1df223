/// A FILE_DATA that arrived whole; its bytes are in a partial file.
public struct ReceivedFile: Sendable {
  /// Names the file in the effects that keep, release or discard it.
  public var arrival: ArrivalID
  /// What the FILE_DATA said of it.
  public var data: FileData
  /// Bytes of the file.
  public var size: UInt64
  /// The ids that these bytes verify for, each with the timestamp that it was made with.
  public var digests: [Digest]

  /// A file id, and the timestamp that it was made with.
  public struct Digest: Sendable, Equatable {
    /// As it was received or, for a download, as it was tried.
    public var timestamp: Lexeme
    /// SHA-256 of the bytes followed by the text of `timestamp`.
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

  /// A timestamp with which the bytes verify for the entry's id; `nil` if they do not verify. The entry's own comes
  /// first, so that it is passed on exactly as it came.
  func timestamp(verifying entry: FileEntry) -> Lexeme? {
    let timestamps = digests.filter { $0.id == entry.id }.map(\.timestamp)
    let own = entry.timestamp.timestampHashTexts
    let isOwn = timestamps.contains { $0 == entry.timestamp || own.contains($0.text) }
    return isOwn ? entry.timestamp : timestamps.first
  }
}
