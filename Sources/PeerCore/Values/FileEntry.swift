/// A file as the network describes it (PROTOCOL.md, "Messages": file entry). All of it is untrusted.
public struct FileEntry: Hashable, Sendable, Codable {
  /// What the file is called on the network.
  public var id: FileID
  /// As received: it may be a path, and may hold control characters. Empty if it was null or missing.
  public var name: String
  /// As received. Empty if it was null or missing: such a file belongs to nobody.
  public var owner: String
  /// Exactly as received, since its text is part of what `id` is a hash of.
  public var timestamp: Lexeme
  /// `file_size` exactly as received: a hint for display only.
  public var size: Lexeme
  /// The exact size in bytes, if the sender has told it (`file_size_bytes`) or the file is here.
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

  /// A file of which the exact size is known: it is written as our peer writes it (PROTOCOL.md, "What our peer sends").
  public init(id: FileID, name: String, owner: String, timestamp: Lexeme, bytes: UInt64) {
    self.init(
      id: id, name: name, owner: owner, timestamp: timestamp, size: Self.size(ofBytes: bytes),
      sizeBytes: bytes)
  }

  /// `file_size` as our peer writes it: MiB, unrounded.
  static func size(ofBytes bytes: UInt64) -> Lexeme { Lexeme(Double(bytes) / 1_048_576) }

  /// The size in bytes, exact or estimated; `nil` if nothing was said that makes sense. An integer lexeme counts as
  /// bytes, a fractional one as MiB (PROTOCOL.md, "What is out there": `file_size`).
  public var sizeHint: UInt64? {
    if let sizeBytes { return sizeBytes }
    let text = size.text
    if let bytes = UInt64(text) { return bytes }
    guard let mebibytes = Double(text), mebibytes >= 0, mebibytes < 1e12 else { return nil }
    return UInt64((mebibytes * 1_048_576).rounded())
  }

  /// The timestamp in seconds since 1970-01-01 UTC; `nil` if it is not a number.
  public var timestampSeconds: Double? {
    guard !timestamp.isNull, let seconds = timestamp.double, seconds.isFinite else { return nil }
    return seconds
  }
}
