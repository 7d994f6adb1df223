/// Who and where this peer is.
public struct LocalPeer: Sendable, Codable, Equatable {
  /// `<peer_id>` of the command line.
  public var peerID: PeerID
  /// Where others are told to reach it: `<host>` of the command line, and the port that it listens on.
  public var endpoint: Endpoint
  /// Where the page is, such as `http://localhost:8041/`; `nil` with `--no-http`.
  public var pageURL: String?
  /// The page's port; `nil` with `--no-http`.
  public var httpPort: Int?
  /// The version of this program.
  public var version: String
  /// When the peer started, in milliseconds since 1970-01-01 UTC.
  public var started: Int64
  /// The absolute path of `files/`.
  public var filesPath: String

  public init(
    peerID: PeerID, endpoint: Endpoint, pageURL: String? = nil, httpPort: Int? = nil,
    version: String, started: Int64, filesPath: String
  ) {
    self.peerID = peerID
    self.endpoint = endpoint
    self.pageURL = pageURL
    self.httpPort = httpPort
    self.version = version
    self.started = started
    self.filesPath = filesPath
  }
}
