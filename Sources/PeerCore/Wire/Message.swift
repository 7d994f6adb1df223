/// The types of messages that this peer knows, as they are written (PROTOCOL.md, "Messages" and "Extension").
public enum MessageType: String, Sendable, CaseIterable {
  case gossip = "GOSSIP"
  case gossipReply = "GOSSIP_REPLY"
  case announce = "ANNOUNCE"
  case getFile = "GET_FILE"
  case fileData = "FILE_DATA"
  case delete = "DELETE"
  case getBlocks = "GET_BLOCKS"
  case blocks = "BLOCKS"

  /// The type of a message that this peer sends. Our own messages begin with their type; any other is a GOSSIP,
  /// forwarded as it came.
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
  /// Its `data` has been passed on already (`MessageSink.data`).
  case fileData(FileData)
  case delete(Delete)
  case getBlocks(GetBlocks)
  case blocks(Blocks)
  /// An object with another `type`, or with none.
  case unknown(type: String?)
  /// A message of a known type that lacks a member which it cannot do without.
  case invalid(type: MessageType, why: String)

  /// `nil` for a message that was not understood.
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

  /// The type as the sender wrote it: untrusted text.
  public var typeName: String {
    switch self {
    case .unknown(let type): type ?? "no type"
    case .invalid(let type, _): type.rawValue
    default: type?.rawValue ?? ""
    }
  }
}

/// "I am alive here."
public struct Gossip: Sendable, Equatable {
  /// Where the peer says that it listens.
  public var origin: Endpoint
  /// What the peer calls itself, or `host:port` if it has told no id.
  public var peerID: PeerID
  /// `nil` if it was missing: such a gossip is answered, but not forwarded.
  public var id: String?
  /// What it says it can do.
  public var features: Features
  /// The whole object as it came, unknown members included, but in pure ASCII: this is what is forwarded.
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
  /// Where the peer says that it listens.
  public var origin: Endpoint
  /// What the peer calls itself, or `host:port` if it has told no id.
  public var peerID: PeerID
  /// All files that it says it holds.
  public var files: [FileEntry]
  /// What it says it can do.
  public var features: Features
  /// How many entries were left out because their `file_id` is not a SHA-256.
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
  /// Who says so; `nil` if the message names nobody.
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
  /// Whether it may be answered with raw bytes (PROTOCOL.md, "Extension").
  public var acceptsRaw: Bool
  /// The position of the first byte that is wanted; counts only for a raw answer.
  public var offset: UInt64
  /// Bytes of the part; `nil`: to the end of the file.
  public var length: UInt64?

  public init(file: FileID?, acceptsRaw: Bool = false, offset: UInt64 = 0, length: UInt64? = nil) {
    self.file = file
    self.acceptsRaw = acceptsRaw
    self.offset = offset
    self.length = length
  }

  /// The part of the file that is asked for; `nil` if it does not lie within the file.
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
  /// The file that it is about; `nil` if what was named cannot be the id of a file.
  public var file: FileID?
  /// `nil` if the peer does not have it, or says nothing that makes sense.
  public var list: BlockList?

  public init(file: FileID?, list: BlockList?) {
    self.file = file
    self.list = list
  }
}

/// The metadata of a FILE_DATA.
public struct FileData: Sendable, Equatable {
  /// `nil` if it was null or missing, which means "I do not have it", or if it is not a SHA-256.
  public var id: FileID?
  /// As received; empty if it was null or missing.
  public var name: String
  /// As received; empty if it was null or missing.
  public var owner: String
  /// Exactly as received.
  public var timestamp: Lexeme
  /// Exactly as received.
  public var size: Lexeme
  /// Whether there was a `data` of hex text, of any length, even of none.
  public var hasData: Bool
  /// The part of the file that follows the message as raw bytes instead (PROTOCOL.md, "Extension").
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

  /// Whether it says "I do not have it" (PROTOCOL.md, "Messages": FILE_DATA).
  public var isNotFound: Bool { id == nil || !(hasData || raw != nil) }
}

/// Which part of a file follows a FILE_DATA as raw bytes.
public struct RawPart: Sendable, Equatable {
  /// The position of its first byte in the file.
  public var offset: UInt64
  /// Bytes of the part.
  public var length: UInt64
  /// Bytes of the whole file.
  public var size: UInt64

  /// `nil` unless the part lies within the file.
  public init?(offset: UInt64, length: UInt64, size: UInt64) {
    guard offset <= size, length <= size - offset else { return nil }
    self.offset = offset
    self.length = length
    self.size = size
  }

  /// The positions of its bytes in the file.
  public var range: Range<UInt64> { offset..<offset + length }
}

/// `from` withdraws a file.
public struct Delete: Sendable, Equatable {
  /// Who withdraws it.
  public var from: PeerID
  /// The file that is withdrawn.
  public var file: FileID

  public init(from: PeerID, file: FileID) {
    self.from = from
    self.file = file
  }
}
