/// Writes the messages of the network as PROTOCOL.md, "What our peer sends", says: pure ASCII, exact field
/// names, every timestamp lexeme as it came.
public enum MessageEncoder {
  public static func gossip(from origin: Endpoint, peerID: PeerID, id: String) -> [UInt8] {
    message("GOSSIP") {
      writeOrigin(origin, peerID, &$0)
      $0.field("id", id)
    }
  }

  public static func gossipReply(from origin: Endpoint, peerID: PeerID, files: some Sequence<FileEntry>)
    -> [UInt8]
  {
    message("GOSSIP_REPLY") {
      writeOrigin(origin, peerID, &$0)
      $0.key("files")
      $0.beginArray()
      for file in files {
        $0.beginObject()
        writeEntry(file, &$0)
        $0.endObject()
      }
      $0.endArray()
    }
  }

  public static func announce(from: PeerID, file: FileEntry) -> [UInt8] {
    message("ANNOUNCE") {
      $0.field("from", from.text)
      writeEntry(file, &$0)
    }
  }

  public static func getFile(_ id: FileID) -> [UInt8] {
    message("GET_FILE") { $0.field("file_id", id.hex) }
  }

  public static func delete(from: PeerID, file: FileID) -> [UInt8] {
    message("DELETE") {
      $0.field("from", from.text)
      $0.field("file_id", file.hex)
    }
  }

  /// A FILE_DATA up to the opening quote of its `data`; hex text and `fileDataEnd` have to follow.
  public static func fileDataStart(_ file: FileEntry) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.field("type", "FILE_DATA")
    writeEntry(file, &writer)
    writer.key("data")
    writer.bytes.append(UInt8(ascii: "\""))
    return writer.bytes
  }

  public static let fileDataEnd = Array("\"}".utf8)

  /// "I do not have it."
  public static let fileNotFound = message("FILE_DATA") {
    for name in ["file_name", "file_size", "file_id", "file_owner", "file_timestamp", "data"]
      as [StaticString]
    {
      $0.field(name, json: "null")
    }
  }

  private static func message(_ type: String, _ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.field("type", type)
    write(&writer)
    writer.endObject()
    return writer.bytes
  }

  private static func writeOrigin(_ origin: Endpoint, _ peerID: PeerID, _ writer: inout JSONWriter) {
    writer.field("host", origin.host)
    writer.field("port", json: String(origin.port))
    writer.field("peerId", peerID.text)
  }

  /// Some peers compute with `file_size`, so it is always a number.
  private static func writeEntry(_ file: FileEntry, _ writer: inout JSONWriter) {
    writer.field("file_name", file.name)
    let bytes = file.sizeHint ?? 0
    writer.field("file_size", json: Lexeme(Double(bytes) / 1_048_576).json)
    writer.field("file_id", file.id.hex)
    writer.field("file_owner", file.owner)
    writer.field("file_timestamp", json: file.timestamp.ascii)
    writer.field("file_size_bytes", json: String(bytes))
  }
}
