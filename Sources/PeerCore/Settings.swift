/// What a user can choose about the behaviour of the core. Durations are in milliseconds.
public struct Settings: Sendable, Equatable {
  /// Well-known peers, to be greeted while nobody is tracked.
  public var bootstrap: [Endpoint] = Settings.wellKnownPeers
  /// How many missing files are fetched, once, after the start.
  public var autoFetch = 3
  /// How long to wait for replies before that.
  public var syncDelay: Int64 = 10_000
  /// The time between two GOSSIPs of our own.
  public var gossipInterval: Int64 = 30_000
  /// How many random peers a GOSSIP goes to, whether our own or forwarded.
  public var gossipFanout = 3
  /// A peer that was not heard from for longer is dropped.
  public var peerTimeout: Int64 = 60_000
  /// The time between two searches for silent peers.
  public var cleanupInterval: Int64 = 10_000
  /// How many downloads may run at once: 1...`Limits.slots`.
  public var downloads = 3
  /// How many uploads may run at once: 1...`Limits.slots`.
  public var uploads = 16
  /// The bound of all downloads together, in bytes a second; `nil` is no bound.
  public var limitDown: UInt64?
  /// The bound of all uploads together, in bytes a second; `nil` is no bound.
  public var limitUp: UInt64?
  /// The most bytes that a received file may have.
  public var maxFileSize: UInt64 = 16 << 30
  /// The most bytes that everything in `files/` may have together; `nil` is no bound.
  public var quota: UInt64?
  /// Whether a file that nobody asked for is taken.
  public var acceptPush = true
  /// Whose DELETEs are honoured.
  public var trustDeletes = TrustDeletes.ownerAddress

  public init() {}

  /// The well-known peers of the original network (PROTOCOL.md, "Transport").
  public static let wellKnownPeers = ["silicon", "eagle", "hawk", "grebe"].map {
    Endpoint(host: "\($0).cs.umanitoba.ca", port: 8999)
  }
}

/// Whose DELETEs are honoured (PROTOCOL.md, "Identity").
public enum TrustDeletes: String, Sendable, CaseIterable {
  /// The owner's, if they come from an address of the tracked peer of that id.
  case ownerAddress = "owner-address"
  /// The owner's, from anywhere.
  case any
  /// Nobody's.
  case none
}

/// How many bytes files may have that nobody asked for.
public struct PushAllowance: Sendable, Equatable {
  /// A single file.
  public var file: UInt64
  /// All files that are arriving, together.
  public var all: UInt64

  public init(file: UInt64, all: UInt64) {
    self.file = file
    self.all = all
  }
}
