import NIOPosix
import PeerCore

/// Lets the page open the files that storage has (`--share-http`).
extension PeerEngine: FileSharing {
  /// Opens a copy in `files/` to be read over HTTP.
  ///
  /// - Throws: `StorageError`, if it is not the file that was recorded.
  public func open(_ copy: LocalCopy) async throws -> any SharedFile {
    let store = store
    let file = try await NIOThreadPool.singleton.runIfActive { try store.openCopy(copy) }
    return SharedCopy(file: file, limit: await loop.uploadLimit)
  }
}

/// A copy in `files/` that a visitor of the page reads, on threads that may wait for a disk. What it sends counts
/// towards the bound of uploads (`--limit-up`).
private struct SharedCopy: SharedFile {
  let file: ReadableFile
  let limit: RateLimit?

  var size: UInt64 { file.size }

  func read(at offset: UInt64, count: Int) async throws -> [UInt8] {
    try await limit?.take(count)
    return try await NIOThreadPool.singleton.runIfActive { [file] in try file.read(at: offset, count: count) }
  }
}
