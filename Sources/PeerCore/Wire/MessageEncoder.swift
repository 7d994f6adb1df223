/// Writes messages as PROTOCOL.md, "What our peer sends", has them: in pure ASCII, with the exact names of members, and
/// each timestamp's lexeme as it came.
public enum MessageEncoder {
  /// A GOSSIP of our own.
  public static func gossip(from origin: Endpoint, peerID: PeerID, id: String) -> [UInt8] {
    message(.gossip) {
      writeOrigin(origin, peerID, &$0)
      $0.field("id", id)
      writeFeatures(&$0)
    }
  }

  /// A GOSSIP_REPLY: the list of all files that are here.
  ///
  /// - Parameters:
  ///   - origin: where we can be reached.
  ///   - peerID: our name.
  ///   - files: what is here. The first ones are listed, as many as fit.
  ///   - limits: a list that exceeds them would be refused whole.
  public static func gossipReply(
    from origin: Endpoint, peerID: PeerID, files: some Sequence<FileEntry>, within limits: Limits = Limits()
  ) -> [UInt8] {
    message(.gossipReply) {
      writeOrigin(origin, peerID, &$0)
      writeFeatures(&$0)
      $0.key("files")
      $0.beginArray()
      for file in files.prefix(limits.replyEntries) {
        guard $0.bytes.count + limits.smallMessageBytes <= limits.replyBytes else { break }
        $0.beginObject()
        writeEntry(file, &$0)
        $0.endObject()
      }
      $0.endArray()
    }
  }

  /// An ANNOUNCE: `from` holds this file now.
  public static func announce(from: PeerID, file: FileEntry) -> [UInt8] {
    message(.announce) {
      $0.field("from", from.text)
      writeEntry(file, &$0)
    }
  }

  /// A GET_FILE that every peer understands.
  public static func getFile(_ id: FileID) -> [UInt8] {
    message(.getFile) { $0.field("file_id", id.hex) }
  }

  /// A GET_FILE to a peer that knows the extension (PROTOCOL.md, "Extension").
  ///
  /// - Parameters:
  ///   - id: the file.
  ///   - offset: the position of the first byte that is wanted.
  ///   - length: how many bytes are wanted; `nil`: all to the end of the file.
  public static func getFile(_ id: FileID, rawFrom offset: UInt64, length: UInt64?) -> [UInt8] {
    message(.getFile) {
      $0.field("file_id", id.hex)
      $0.list("accept", ["raw"])
      $0.field("offset", json: String(offset))
      if let length { $0.field("length", json: String(length)) }
    }
  }

  /// A DELETE: the owner `from` withdraws a file.
  public static func delete(from: PeerID, file: FileID) -> [UInt8] {
    message(.delete) {
      $0.field("from", from.text)
      $0.field("file_id", file.hex)
    }
  }

  /// A FILE_DATA up to the opening quote of its `data`. Hex text and `fileDataEnd` have to follow.
  public static func fileDataStart(_ file: FileEntry) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.field("type", MessageType.fileData.rawValue)
    writeEntry(file, &writer)
    writer.key("data")
    writer.bytes.append(UInt8(ascii: "\""))
    return writer.bytes
  }

  /// A FILE_DATA and its line break. The raw bytes of that part have to follow.
  public static func fileData(_ file: FileEntry, raw part: RawPart) -> [UInt8] {
    message(.fileData) {
      writeEntry(file, &$0)
      $0.field("encoding", "raw")
      $0.field("offset", json: String(part.offset))
      $0.field("length", json: String(part.length))
      $0.field("size", json: String(part.size))
    } + [UInt8(ascii: "\n")]
  }

  /// A GET_BLOCKS: a request for the block list of a file (PROTOCOL.md, "Extension").
  public static func getBlocks(_ id: FileID) -> [UInt8] {
    message(.getBlocks) { $0.field("file_id", id.hex) }
  }

  /// A BLOCKS with the block list of a file (PROTOCOL.md, "Extension").
  public static func blocks(_ id: FileID, _ list: BlockList) -> [UInt8] {
    message(.blocks) {
      $0.field("file_id", id.hex)
      $0.field("size", json: String(list.size))
      $0.field("block_size", json: String(BlockList.blockSize))
      $0.list("hashes", list.hashes.lazy.map(\.hex))
    }
  }

  /// The BLOCKS that says "I do not have it".
  public static let blocksNotFound = message(.blocks) {
    for name in ["file_id", "size", "block_size", "hashes"] as [StaticString] {
      $0.field(name, json: "null")
    }
  }

  /// What ends a FILE_DATA after its hex text.
  public static let fileDataEnd = Array("\"}".utf8)

  /// The FILE_DATA that says "I do not have it".
  public static let fileNotFound = message(.fileData) {
    for name in ["file_name", "file_size", "file_id", "file_owner", "file_timestamp", "data"]
      as [StaticString]
    {
      $0.field(name, json: "null")
    }
  }

  private static func message(_ type: MessageType, _ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.field("type", type.rawValue)
    write(&writer)
    writer.endObject()
    return writer.bytes
  }

  private static func writeOrigin(_ origin: Endpoint, _ peerID: PeerID, _ writer: inout JSONWriter) {
    writer.field("host", origin.host)
    writer.field("port", json: String(origin.port))
    writer.field("peerId", peerID.text)
  }

  private static func writeFeatures(_ writer: inout JSONWriter) {
    writer.list("features", Features.names.lazy.filter { Features.ours.contains($0.feature) }.map(\.name))
  }

  /// `file_size` is always a number, since some peers compute with it.
  private static func writeEntry(_ file: FileEntry, _ writer: inout JSONWriter) {
    writer.field("file_name", file.name)
    let bytes = file.sizeHint ?? 0
    writer.field("file_size", json: FileEntry.size(ofBytes: bytes).json)
    writer.field("file_id", file.id.hex)
    writer.field("file_owner", file.owner)
    writer.field("file_timestamp", json: file.timestamp.ascii)
    writer.field("file_size_bytes", json: String(bytes))
  }
}
