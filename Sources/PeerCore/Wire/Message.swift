/// A message of the network (PROTOCOL.md, "Messages"), decoded tolerantly.
public enum Message: Sendable, Equatable {
  case gossip(Gossip)
  case gossipReply(GossipReply)
  case announce(Announce)
  case getFile(GetFile)
  /// Its `data` has gone by already, as `MessageDecoder.Output.data`.
  case fileData(FileData)
  case delete(Delete)
  /// An object with another `type`, or with none.
  case unknown(type: String?)
  /// A message of a known type that lacks what it can't do without.
  case invalid(type: String, why: String)

  public var type: String {
    switch self {
    case .gossip: "GOSSIP"
    case .gossipReply: "GOSSIP_REPLY"
    case .announce: "ANNOUNCE"
    case .getFile: "GET_FILE"
    case .fileData: "FILE_DATA"
    case .delete: "DELETE"
    case .unknown(let type): type ?? "no type"
    case .invalid(let type, _): type
    }
  }
}

/// "I am alive here."
public struct Gossip: Sendable, Equatable {
  public var origin: Endpoint
  /// The peer's own id, or `host:port` where it told none.
  public var peerID: PeerID
  /// `nil` if it was missing: such a gossip is answered, but not forwarded.
  public var id: String?
  /// The object as received, in pure ASCII, unknown fields included: what is forwarded.
  public var raw: [UInt8]

  public init(origin: Endpoint, peerID: PeerID, id: String?, raw: [UInt8] = []) {
    self.origin = origin
    self.peerID = peerID
    self.id = id
    self.raw = raw
  }
}

/// The files that a peer holds: all of them.
public struct GossipReply: Sendable, Equatable {
  public var origin: Endpoint
  public var peerID: PeerID
  public var files: [FileEntry]
  /// Entries left out because their `file_id` is not a SHA-256.
  public var unusable: Int

  public init(origin: Endpoint, peerID: PeerID, files: [FileEntry], unusable: Int = 0) {
    self.origin = origin
    self.peerID = peerID
    self.files = files
    self.unusable = unusable
  }
}

/// `from` claims to hold a file.
public struct Announce: Sendable, Equatable {
  public var from: PeerID?
  public var file: FileEntry

  public init(from: PeerID?, file: FileEntry) {
    self.from = from
    self.file = file
  }
}

public struct GetFile: Sendable, Equatable {
  /// `nil` if what was asked for can't be the id of a file.
  public var file: FileID?

  public init(file: FileID?) { self.file = file }
}

/// The metadata of a FILE_DATA.
public struct FileData: Sendable, Equatable {
  /// `nil` if it was null or missing, which means "I do not have it", or not a SHA-256.
  public var id: FileID?
  public var name: String
  public var owner: String
  public var timestamp: Lexeme
  public var size: Lexeme
  /// Whether `data` was a string of hex text (of any length, also none).
  public var hasData: Bool

  public init(
    id: FileID?, name: String = "", owner: String = "", timestamp: Lexeme = .null,
    size: Lexeme = .null, hasData: Bool
  ) {
    self.id = id
    self.name = name
    self.owner = owner
    self.timestamp = timestamp
    self.size = size
    self.hasData = hasData
  }

  /// "I do not have it" (PROTOCOL.md, "Messages": FILE_DATA).
  public var isNotFound: Bool { id == nil || !hasData }
}

public struct Delete: Sendable, Equatable {
  public var from: PeerID
  public var file: FileID

  public init(from: PeerID, file: FileID) {
    self.from = from
    self.file = file
  }
}
