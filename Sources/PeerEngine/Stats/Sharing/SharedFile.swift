import PeerCore

/// Opens local copies to be read over HTTP (`--share-http`).
public protocol FileSharing: Sendable {
  /// - Throws: if the copy is no longer there, or no longer what it was.
  func open(_ copy: LocalCopy) async throws -> any SharedFile
}

/// A file that is open for reading.
public protocol SharedFile: Sendable {
  /// Bytes.
  var size: UInt64 { get }
  /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
  ///
  /// - Throws: if the file cannot be read, or was cut short meanwhile.
  func read(at offset: UInt64, count: Int) async throws -> [UInt8]
}
