/// The seam between a running peer and whoever shows or steers it: the screen, headless mode, the page.
public protocol PeerClient: Sendable {
  /// The newest snapshot.
  var snapshot: Snapshot { get }

  /// The newest snapshot and then every later one; one that nobody took is replaced by its successor.
  /// Ends when the peer has stopped.
  func snapshots() -> AsyncStream<Snapshot>

  /// Carries a command out. The reply comes when it is accepted or refused, except for `push`, which
  /// replies when the file is shared.
  func submit(_ command: Command) async -> CommandReply
}
