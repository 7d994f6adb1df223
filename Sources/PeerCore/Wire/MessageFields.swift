/// The members that the network's messages and file entries are made of. Everything else is ignored.
enum MessageField: CaseIterable {
  case type, host, port, id, peerID, from, files, data
  case fileID, fileName, fileSize, fileSizeBytes, fileOwner, fileTimestamp
  // The extension's
  case features, accept, offset, length, encoding, size, blockSize, hashes

  private var name: StaticString {
    switch self {
    case .type: "type"
    case .host: "host"
    case .port: "port"
    case .id: "id"
    case .peerID: "peerId"
    case .from: "from"
    case .files: "files"
    case .data: "data"
    case .fileID: "file_id"
    case .fileName: "file_name"
    case .fileSize: "file_size"
    case .fileSizeBytes: "file_size_bytes"
    case .fileOwner: "file_owner"
    case .fileTimestamp: "file_timestamp"
    case .features: "features"
    case .accept: "accept"
    case .offset: "offset"
    case .length: "length"
    case .encoding: "encoding"
    case .size: "size"
    case .blockSize: "block_size"
    case .hashes: "hashes"
    }
  }

  /// Whether its value is a list of texts.
  var isList: Bool {
    switch self {
    case .features, .accept, .hashes: true
    default: false
    }
  }

  /// The length of the longest name, in bytes. Of a longer one no more has to be kept to know that it is unknown.
  static let longestName = fields.keys.map(\.count).max() ?? 0

  private static let fields = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.name.withUTF8Buffer { Array($0) }, $0) })

  init?(name: [UInt8]) {
    guard let field = Self.fields[name] else { return nil }
    self = field
  }
}

/// The scalar members of one object, as received; a repeated member's last value counts, as in Python.
struct MessageFields {
  private var values: [MessageField: Lexeme] = [:]
  /// Bytes of JSON text held.
  private(set) var bytes = 0

  subscript(field: MessageField) -> Lexeme {
    get { values[field] ?? .null }
    set {
      bytes += newValue.json.utf8.count
      values[field] = newValue
    }
  }

  mutating func removeAll() {
    values.removeAll(keepingCapacity: true)
    bytes = 0
  }

  /// The text of a member; `nil` if it is missing or null.
  func text(_ field: MessageField) -> String? {
    let lexeme = self[field]
    return lexeme.isNull ? nil : lexeme.text
  }

  /// A file id; `nil` if it is null, missing, the text `null`, or no SHA-256.
  var fileID: FileID? { text(.fileID).flatMap { FileID(hex: $0) } }

  /// A number or a text (PROTOCOL.md, "What is out there": `port`).
  private var port: Int? {
    guard let value = self[.port].double, value == value.rounded(), (1...65535).contains(value)
    else { return nil }
    return Int(value)
  }

  private var host: String? {
    guard let host = text(.host), !host.isEmpty, host.utf8.count <= 253,
      host.utf8.allSatisfy(Self.isHostByte)
    else { return nil }
    return host
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "%"):
      true
    default: false
    }
  }

  var endpoint: Endpoint? {
    guard let host, let port else { return nil }
    return Endpoint(host: host, port: port)
  }

  /// The address stands for an id that is missing. It can own nothing.
  func peerID(at endpoint: Endpoint) -> PeerID {
    guard let id = text(.peerID), !id.isEmpty else { return PeerID(endpoint.description) }
    return PeerID(id)
  }

  var fileEntry: FileEntry? {
    guard let id = fileID else { return nil }
    return FileEntry(
      id: id, name: text(.fileName) ?? "", owner: text(.fileOwner) ?? "",
      timestamp: self[.fileTimestamp], size: self[.fileSize], sizeBytes: self[.fileSizeBytes].unsigned)
  }
}
