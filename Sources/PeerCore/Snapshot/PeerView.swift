/// A tracked peer, as people are shown it.
public struct PeerView: Sendable, Codable, Equatable {
  /// Names the peer while it is tracked.
  public var handle: PeerHandle
  /// What it calls itself, or `host:port` if it has told no id.
  public var id: PeerID
  /// Where it says that it listens.
  public var endpoint: Endpoint
  /// The `uptime` at which it was last heard from, in milliseconds: that is `taken.uptime - lastSeen` ago.
  public var lastSeen: Int64
  /// How many files it says that it holds.
  public var files: Int
  /// How often in a row it could not be reached, or failed to give a file.
  public var failures: Int

  public init(
    handle: PeerHandle, id: PeerID, endpoint: Endpoint, lastSeen: Int64, files: Int = 0,
    failures: Int = 0
  ) {
    self.handle = handle
    self.id = id
    self.endpoint = endpoint
    self.lastSeen = lastSeen
    self.files = files
    self.failures = failures
  }
}
