import PeerCore

/// What the network tells the rest of the engine, and asks it for.
protocol NetworkDelegate: AnyObject, Sendable {
  /// Reports an event and waits until it has been dealt with, which is what holds a fast sender back.
  func deliver(_ event: Event) async
  /// Reports an event that will be dealt with soon, after those that were told before it.
  func tell(_ event: Event)
  func log(_ level: LogLevel, _ text: String) async
  /// How many bytes files may have that nobody asked for; `nil` if none is taken.
  var pushAllowance: PushAllowance? { get }
  func beginFile() throws -> any IncomingFile
  func makeBlockHasher() -> any BlockHasher
  /// The hashes of a file's blocks; `nil` if the file cannot be read.
  func blockList(of file: FileID, _ copy: LocalCopy) async -> BlockList?
  func open(_ copy: LocalCopy) throws -> any OutgoingFile
}
