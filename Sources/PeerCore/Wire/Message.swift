/// The types of messages that this peer knows (PROTOCOL.md, "Messages" and "Extension"), as they are written.
public enum MessageType: String, Sendable, CaseIterable {
  case gossip = "GOSSIP"
  case gossipReply = "GOSSIP_REPLY"
  case announce = "ANNOUNCE"
  case getFile = "GET_FILE"
  case fileData = "FILE_DATA"
  case delete = "DELETE"
  case getBlocks = "GET_BLOCKS"
  case blocks = "BLOCKS"

  /// Of a message that is sent. Our own begin with their type; all others are GOSSIPs, forwarded as they came.
  public init(ofSent message: [UInt8]) {
    self =
      Self.allCases.first { message.starts(with: "{\"type\": \"\($0.rawValue)\"".utf8) } ?? .gossip
  }
}

/// A message of the network (PROTOCOL.md, "Messages"), decoded tolerantly.
public enum Message: Sendable, Equatable {
  case gossip(Gossip)
  case gossipReply(GossipReply)
  case announce(Announce)
  case getFile(GetFile)
  /// Its `data` has gone by already, as `MessageDecoder.Output.data`.
  case fileData(FileData)
  case delete(Delete)
  case getBlocks(GetBlocks)
  case blocks(Blocks)
  /// An object with another `type`, or with none.
  case unknown(type: String?)
  /// A message of a known type that lacks what it can't do without.
  case invalid(type: MessageType, why: String)

  /// `nil` for what was not understood.
  public var type: MessageType? {
    switch self {
    case .gossip: .gossip
    case .gossipReply: .gossipReply
    case .announce: .announce
    case .getFile: .getFile
    case .fileData: .fileData
    case .delete: .delete
    case .getBlocks: .getBlocks
    case .blocks: .blocks
    case .unknown, .invalid: nil
    }
  }

  /// As the sender wrote it, and as untrusted.
  public var typeName: String {
    switch self {
    case .unknown(let type): type ?? "no type"
    case .invalid(let type, _): type.rawValue
    default: type?.rawValue ?? ""
    }
  }
}

/// What a peer says it can do beyond the network's own protocol (PROTOCOL.md, "Extension").
public struct Features: OptionSet, Sendable, Hashable {
  /// One bit for each feature.
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// It answers GET_FILE with raw bytes.
  public static let raw = Features(rawValue: 1)
  /// It gives parts of a file.
  public static let range = Features(rawValue: 2)
  /// It answers GET_BLOCKS.
  public static let blocks = Features(rawValue: 4)

  /// What this peer can do.
  public static let ours: Features = [.raw, .range, .blocks]

  static let names: [(name: String, feature: Features)] = [
    ("raw", .raw), ("range", .range), ("blocks", .blocks),
  ]

  /// Names that are not known are features that this peer does not know.
  init(names: [String]) {
    self = []
    for (name, feature) in Self.names where names.contains(name) { insert(feature) }
  }
}

/// "I am alive here."
public struct Gossip: Sendable, Equatable {
  /// Where the peer listens.
  public var origin: Endpoint
  /// The peer's own id, or `host:port` where it told none.
  public var peerID: PeerID
  /// `nil` if it was missing: such a gossip is answered, but not forwarded.
  public var id: String?
  /// What it says it can do.
  public var features: Features
  /// The object as received, in pure ASCII, unknown fields included: what is forwarded.
  public var raw: [UInt8]

  public init(
    origin: Endpoint, peerID: PeerID, id: String?, features: Features = [], raw: [UInt8] = []
  ) {
    self.origin = origin
    self.peerID = peerID
    self.id = id
    self.features = features
    self.raw = raw
  }
}

/// The files that a peer holds: all of them.
public struct GossipReply: Sendable, Equatable {
  /// Where the peer listens.
  public var origin: Endpoint
  /// The peer's own id, or `host:port` where it told none.
  public var peerID: PeerID
  /// All that it holds.
  public var files: [FileEntry]
  /// What it says it can do.
  public var features: Features
  /// Entries left out because their `file_id` is not a SHA-256.
  public var unusable: Int

  public init(
    origin: Endpoint, peerID: PeerID, files: [FileEntry], features: Features = [], unusable: Int = 0
  ) {
    self.origin = origin
    self.peerID = peerID
    self.files = files
    self.features = features
    self.unusable = unusable
  }
}

/// `from` claims to hold a file.
public struct Announce: Sendable, Equatable {
  /// Who says so; `nil` if nobody was named.
  public var from: PeerID?
  /// What it holds.
  public var file: FileEntry

  public init(from: PeerID?, file: FileEntry) {
    self.from = from
    self.file = file
  }
}

/// A request for a file, or for a part of it.
public struct GetFile: Sendable, Equatable {
  /// `nil` if what was asked for can't be the id of a file.
  public var file: FileID?
  /// It may be answered with raw bytes (PROTOCOL.md, "Extension").
  public var acceptsRaw: Bool
  /// The first byte that is wanted; meant only for a raw answer.
  public var offset: UInt64
  /// Bytes of the part; `nil`: to the end of the file.
  public var length: UInt64?

  public init(file: FileID?, acceptsRaw: Bool = false, offset: UInt64 = 0, length: UInt64? = nil) {
    self.file = file
    self.acceptsRaw = acceptsRaw
    self.offset = offset
    self.length = length
  }

  /// The bytes that are asked for; `nil` if they do not lie in the file.
  public func part(ofSize size: UInt64) -> RawPart? {
    guard offset <= size else { return nil }
    return RawPart(offset: offset, length: length ?? size - offset, size: size)
  }
}

/// A request for the hashes of a file's blocks (PROTOCOL.md, "Extension").
public struct GetBlocks: Sendable, Equatable {
  /// `nil` if what was asked for can't be the id of a file.
  public var file: FileID?

  public init(file: FileID?) { self.file = file }
}

/// The hashes of a file's blocks: one peer's word (PROTOCOL.md, "Extension").
public struct Blocks: Sendable, Equatable {
  /// Which file; `nil` if none was named that can be one.
  public var file: FileID?
  /// `nil`: "I do not have it", or nothing sensible.
  public var list: BlockList?

  public init(file: FileID?, list: BlockList?) {
    self.file = file
    self.list = list
  }
}

/// The metadata of a FILE_DATA.
public struct FileData: Sendable, Equatable {
  /// `nil` if it was null or missing, which means "I do not have it", or not a SHA-256.
  public var id: FileID?
  /// As received; empty if it was null or missing.
  public var name: String
  /// As received; empty if it was null or missing.
  public var owner: String
  /// Exactly as received.
  public var timestamp: Lexeme
  /// Exactly as received.
  public var size: Lexeme
  /// Whether `data` was a string of hex text (of any length, also none).
  public var hasData: Bool
  /// What follows the message as raw bytes instead (PROTOCOL.md, "Extension").
  public var raw: RawPart?

  public init(
    id: FileID?, name: String = "", owner: String = "", timestamp: Lexeme = .null,
    size: Lexeme = .null, hasData: Bool, raw: RawPart? = nil
  ) {
    self.id = id
    self.name = name
    self.owner = owner
    self.timestamp = timestamp
    self.size = size
    self.hasData = hasData
    self.raw = raw
  }

  /// "I do not have it" (PROTOCOL.md, "Messages": FILE_DATA).
  public var isNotFound: Bool { id == nil || !(hasData || raw != nil) }
}

/// Which bytes of a file follow a FILE_DATA raw.
public struct RawPart: Sendable, Equatable {
  /// Bytes.
  public var offset: UInt64
  /// Bytes of the part.
  public var length: UInt64
  /// Of the whole file.
  public var size: UInt64

  /// `nil` unless the part lies in the file.
  public init?(offset: UInt64, length: UInt64, size: UInt64) {
    guard offset <= size, length <= size - offset else { return nil }
    self.offset = offset
    self.length = length
    self.size = size
  }

  /// The bytes as positions in the file.
  public var range: Range<UInt64> { offset..<offset + length }
}

/// `from` withdraws a file.
public struct Delete: Sendable, Equatable {
  /// Who says so.
  public var from: PeerID
  /// Which file.
  public var file: FileID

  public init(from: PeerID, file: FileID) {
    self.from = from
    self.file = file
  }
}
