import PeerCore

/// What the network asks of, and tells, the rest of the engine.
protocol NetworkDelegate: AnyObject, Sendable {
  /// Returns when the event has been dealt with, which is what holds a fast sender back.
  func deliver(_ event: Event) async
  /// The event will be dealt with soon, after those that were told before it.
  func tell(_ event: Event)
  func log(_ level: LogLevel, _ text: String) async
  /// What files that nobody asked for may have; `nil` if none is taken.
  var pushAllowance: PushAllowance? { get }
  func beginFile() throws -> any IncomingFile
  func makeBlockHasher() -> any BlockHasher
  /// `nil` if the file can't be read.
  func blockList(of file: FileID, _ copy: LocalCopy) async -> BlockList?
  func open(_ copy: LocalCopy) throws -> any OutgoingFile
}
