/// The seam between a running peer and whatever shows or steers it: the screen, headless mode, the page.
public protocol PeerClient: Sendable {
  /// The newest snapshot.
  var snapshot: Snapshot { get }

  /// The newest snapshot and then every later one. A snapshot that is not taken in time is replaced by its successor.
  /// Ends when the peer has stopped.
  func snapshots() -> AsyncStream<Snapshot>

  /// Carries out a command. The reply comes once the command is accepted or refused; for `push`, once the file is
  /// shared.
  func submit(_ command: Command) async -> CommandReply
}
