import PeerCore
import Testing

@testable import PeerEngine

/// Where the bytes of a download are while it runs.
@Suite struct RunningDownloadTests {
  let home: TemporaryHome
  init() throws { home = try TemporaryHome() }

  private let entry = theirs("a", "hello, neighbour")

  private func put(_ text: String, at offset: UInt64, into download: RunningDownload) throws {
    try Array(text.utf8).withUnsafeBytes { try download.write($0, at: offset) }
    try download.confirm(offset..<offset + UInt64(text.utf8.count))
  }

  /// A small file of which `hello, ` is here.
  private func begun(in store: HomeStore) throws -> RunningDownload {
    let download = RunningDownload(entry.id, in: store, smallFile: 16)
    try download.expect(size: 16)
    try put("hello, ", at: 0, into: download)
    return download
  }

  private func content(_ download: RunningDownload) throws -> String {
    try String(contentsOfFile: download.partial().path, encoding: .utf8)
  }

  @Test func `a small file is on the disk, and hashed, once all of it is here`() async throws {
    try await home.open { store in
      let download = try begun(in: store)
      #expect(download.openPartial == nil && home.names(in: ".p2ptui/partial").isEmpty)
      try put("neighbour", at: 7, into: download)
      let partial = try #require(download.openPartial)
      #expect(partial.isHashed && partial.verifies(entry))
      #expect(try content(download) == "hello, neighbour")
    }
  }

  @Test func `what is in memory is not lost when the file is opened`() async throws {
    try await home.open { store in
      let download = try begun(in: store)
      #expect(try download.partial().progress.complete == RangeSet(0..<7))
      try put("neighbour", at: 7, into: download)
      let partial = try download.partial()
      try partial.finishHash()
      #expect(partial.verifies(entry))
    }
  }

  @Test func `bytes in another order go to the disk at once`() async throws {
    try await home.open { store in
      let download = try begun(in: store)
      try put("hello, neigh", at: 0, into: download)
      try put("bour", at: 12, into: download)
      #expect(try content(download) == "hello, neighbour")
      #expect(try download.partial().verifies(entry))
    }
  }

  @Test func `bytes that were not confirmed do not count`() async throws {
    try await home.open { store in
      let download = try begun(in: store)
      try Array("nobody".utf8).withUnsafeBytes { try download.write($0, at: 7) }
      #expect(try download.partial().progress.complete == RangeSet(0..<7))
      try put("neighbour", at: 7, into: download)
      #expect(try content(download) == "hello, neighbour")
    }
  }

  @Test func `a larger file is on the disk from its first byte on`() async throws {
    try await home.open { store in
      let download = RunningDownload(entry.id, in: store, smallFile: 15)
      try download.expect(size: 16)
      try put("hello", at: 0, into: download)
      #expect(try content(download).hasPrefix("hello"))
      download.abandon()
      #expect(throws: TransferFailure.self) { try put(", ", at: 5, into: download) }
    }
  }
}
