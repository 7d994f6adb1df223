/// A file as the network describes it (PROTOCOL.md, "Messages": file entry). All of it is untrusted.
public struct FileEntry: Hashable, Sendable, Codable {
  /// What the file is called on the network.
  public var id: FileID
  /// As received: may be a path, may hold control characters. Empty if it was null or missing.
  public var name: String
  /// As received. Empty if it was null or missing; nobody owns such a file.
  public var owner: String
  /// Exactly as received; part of what `id` is the hash of.
  public var timestamp: Lexeme
  /// `file_size` exactly as received: a hint for display only.
  public var size: Lexeme
  /// The size in bytes where the sender told it exactly (`file_size_bytes`), or it is known here.
  public var sizeBytes: UInt64?

  public init(
    id: FileID, name: String, owner: String, timestamp: Lexeme, size: Lexeme = .null,
    sizeBytes: UInt64? = nil
  ) {
    self.id = id
    self.name = name
    self.owner = owner
    self.timestamp = timestamp
    self.size = size
    self.sizeBytes = sizeBytes
  }

  /// Bytes, exact or estimated; `nil` if nothing sensible was said. An integer lexeme is bytes, a
  /// fractional one MiB (PROTOCOL.md, "What is out there": `file_size`).
  public var sizeHint: UInt64? {
    if let sizeBytes { return sizeBytes }
    let text = size.text
    if let bytes = UInt64(text) { return bytes }
    guard let mebibytes = Double(text), mebibytes >= 0, mebibytes < 1e12 else { return nil }
    return UInt64((mebibytes * 1_048_576).rounded())
  }

  /// Seconds since 1970-01-01 UTC, where the timestamp is a number.
  public var timestampSeconds: Double? {
    guard !timestamp.isNull, let seconds = timestamp.double, seconds.isFinite else { return nil }
    return seconds
  }
}
