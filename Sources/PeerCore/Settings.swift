/// What a user can choose about the behaviour of the core. Durations are in milliseconds.
public struct Settings: Sendable, Equatable {
  /// Whom to greet when nobody is tracked.
  public var bootstrap: [Endpoint] = Settings.wellKnownPeers
  /// Missing files fetched once after the start.
  public var autoFetch = 3
  /// How long replies are waited for before that.
  public var syncDelay: Int64 = 10_000
  /// Between two GOSSIPs of our own.
  public var gossipInterval: Int64 = 30_000
  /// Random peers that a GOSSIP goes to, our own or forwarded.
  public var gossipFanout = 3
  /// A peer not heard from for longer is dropped.
  public var peerTimeout: Int64 = 60_000
  /// Between two searches for silent peers.
  public var cleanupInterval: Int64 = 10_000
  /// Downloads that run at once.
  public var downloads = 3
  /// Uploads that run at once.
  public var uploads = 16
  /// Bytes a second over all downloads; `nil` is no bound.
  public var limitDown: UInt64?
  /// Bytes a second over all uploads; `nil` is no bound.
  public var limitUp: UInt64?
  /// Bytes.
  public var maxFileSize: UInt64 = 16 << 30
  /// Bytes of everything in `files/`; `nil` is no bound.
  public var quota: UInt64?
  /// Whether a FILE_DATA that nobody asked for is taken.
  public var acceptPush = true
  /// Whose DELETE is honoured.
  public var trustDeletes = TrustDeletes.ownerAddress

  public init() {}

  /// The well-known peers of the original network (PROTOCOL.md, "Transport").
  public static let wellKnownPeers = ["silicon", "eagle", "hawk", "grebe"].map {
    Endpoint(host: "\($0).cs.umanitoba.ca", port: 8999)
  }
}

/// Whose DELETE is honoured (PROTOCOL.md, "Identity").
public enum TrustDeletes: String, Sendable, CaseIterable {
  /// The owner's, from an address of the tracked peer of that id.
  case ownerAddress = "owner-address"
  /// The owner's, from anywhere.
  case any
  /// Nobody's.
  case none
}

/// Bytes that files which nobody asked for may have.
public struct PushAllowance: Sendable, Equatable {
  /// Each of them.
  public var file: UInt64
  /// All that are arriving, together.
  public var all: UInt64

  public init(file: UInt64, all: UInt64) {
    self.file = file
    self.all = all
  }
}
