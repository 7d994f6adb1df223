import Crypto
import Foundation
import PeerCore
import Testing

@testable import PeerEngine

/// Partial files that outlive the process.
@Suite("Partial files") struct StoragePartialTests {
  static let block = BlockList.blockSize
  let home: TemporaryHome

  init() throws { home = try TemporaryHome() }

  /// Two blocks and a bit, with the id that they have with the timestamp 7.
  let content = (0..<(2 << 20) + 9).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 11) }

  var entry: FileEntry {
    var hash = ContentHash()
    content.withUnsafeBytes { hash.update($0) }
    return FileEntry(id: hash.id(suffix: "7"), name: "big.bin", owner: "ann", timestamp: Lexeme(7))
  }

  private func put(_ range: Range<Int>, into partial: PartialFile) throws {
    try content[range].withUnsafeBytes { try partial.write($0, at: UInt64(range.lowerBound)) }
    try partial.confirm(UInt64(range.lowerBound)..<UInt64(range.upperBound))
  }

  private func want(_ store: HomeStore) async throws {
    try await store.apply([.describe(entry, firstSeen: 0), .want(WantedFile(id: entry.id, rank: 1))])
  }

  @Test func `complete blocks are there after a crash`() async throws {
    try await home.open { store in
      try await want(store)
      let partial = try store.openPartial(of: entry.id)
      #expect(partial.progress.complete.isEmpty)
      try store.expect(UInt64(content.count), in: partial)
      try put(1 << 20..<content.count, into: partial)
      try put(0..<5, into: partial)
    }
    try await home.open { store in
      let partial = try store.openPartial(of: entry.id)
      #expect(partial.progress.size == UInt64(content.count))
      #expect(Array(partial.progress.complete.ranges) == [Self.block..<UInt64(content.count)])
      try put(0..<1 << 20, into: partial)
      try await store.finishHash(of: partial)
      let copy = try await store.keep([Keep(partial, entry, firstSeen: 0)])[0].get()
      #expect(copy.size == UInt64(content.count))
      #expect(try Data(contentsOf: URL(fileURLWithPath: store.path(of: copy))) == Data(content))
      #expect(try await store.load().wanted.isEmpty)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(home.path)/.p2ptui/partial").isEmpty)
  }

  @Test func `a partial file that nobody wants is removed at the start`() async throws {
    try await home.open { store in
      let partial = try store.openPartial(of: entry.id)
      try store.expect(UInt64(content.count), in: partial)
    }
    try await home.open { _ in }
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(home.path)/.p2ptui/partial").isEmpty)
  }

  @Test func `the hash follows, in whatever order the bytes come`() async throws {
    try await home.open { store in
      let partial = try store.openPartial(of: entry.id)
      try store.expect(UInt64(content.count), in: partial)
      for range in [1 << 20..<2 << 20, 0..<1 << 20, 2 << 20..<content.count] {
        try put(range, into: partial)
        store.followHash(of: partial)
      }
      try await store.finishHash(of: partial)
      #expect(partial.verifies(entry))
      partial.discard()
    }
  }

  @Test func `a file of several turns has the hash of all its bytes`() async throws {
    try await home.open { store in
      let partial = try store.openPartial(of: entry.id)
      let size = 65 << 20
      try store.expect(UInt64(size), in: partial)
      // What is not written is zero.
      try partial.confirm(0..<UInt64(size))
      var pauses = 0
      try partial.finishHash { pauses += 1 }
      #expect(pauses == 2)
      #expect(partial.digest(suffix: "") == FileID(bytes: SHA256.hash(data: Data(count: size))))
      partial.discard()
    }
  }

  @Test func `wrong bytes are found, forgotten and replaced`() async throws {
    try await home.open { store in
      let partial = try store.openPartial(of: entry.id)
      try store.expect(UInt64(content.count), in: partial)
      var wrong = content
      wrong[Int(Self.block) + 3] ^= 0xFF
      try wrong.withUnsafeBytes { try partial.write($0, at: 0) }
      try partial.confirm(0..<UInt64(wrong.count))
      let list = try #require(
        BlockList(
          size: UInt64(content.count),
          hashes: stride(from: 0, to: content.count, by: 1 << 20).map { start in
            var hash = ContentHash()
            content.dropFirst(start).prefix(1 << 20).withUnsafeBytes { hash.update($0) }
            return hash.finish()
          }))
      try await store.finishHash(of: partial)
      #expect(try await store.blocks(of: partial, differingFrom: list) == [1])
      try partial.forget(Self.block..<2 * Self.block)
      #expect(!partial.progress.complete.contains(Self.block))
      try put(1 << 20..<2 << 20, into: partial)
      try await store.finishHash(of: partial)
      #expect(partial.verifies(entry))
      #expect(try await store.blocks(of: partial, differingFrom: list) == [])
      partial.discard()
    }
  }

  @Test func `confirmed bytes are never overwritten`() async throws {
    try await home.open { store in
      try await want(store)
      let partial = try store.openPartial(of: entry.id)
      try store.expect(UInt64(content.count), in: partial)
      try put(1 << 20..<2 << 20, into: partial)
      // Somebody else was asked for the same bytes, and lies.
      let lies = [UInt8](repeating: 0xEE, count: content.count)
      try lies.withUnsafeBytes { try partial.write($0, at: 0) }
      try put(0..<1 << 20, into: partial)
      try put(2 << 20..<content.count, into: partial)
      try lies.withUnsafeBytes { try partial.write($0, at: 0) }
      try await store.finishHash(of: partial)
      #expect(partial.verifies(entry))
      let copy = try await store.keep([Keep(partial, entry, firstSeen: 0)])[0].get()
      #expect(try Data(contentsOf: URL(fileURLWithPath: store.path(of: copy))) == Data(content))
    }
  }

  @Test func `many files are synced together`() async throws {
    try await home.open { store in
      let entries = (0..<2 * HomeStore.syncedTogether).map { theirs("file \($0)", "content \($0)") }
      let keeps = try entries.enumerated().map { number, entry in
        Keep(try store.partial(number == 3 ? "other content" : "content \(number)"), entry, firstSeen: 0)
      }
      let results = await store.keep(keeps)
      for (number, result) in results.enumerated() {
        if number == 3 {
          #expect(throws: StorageError.mismatch(id: entries[3].id.hex)) { try result.get() }
        } else {
          #expect(try result.get().storedName == "file \(number)")
          #expect(home.content("files/file \(number)") == "content \(number)")
        }
      }
    }
  }

  @Test func `a file of unknown size is mapped once it is known`() async throws {
    try await home.open { store in
      let partial = try store.openPartial(of: entry.id)
      try put(0..<content.count, into: partial)
      try await store.finishHash(of: partial)
      #expect(partial.size == UInt64(content.count))
      #expect(partial.verifies(entry))
      let copy = try await store.keep([Keep(partial, entry, firstSeen: 0)])[0].get()
      #expect(copy.size == UInt64(content.count))
    }
  }

  @Test func `more than the disk has is refused before a byte is written`() async throws {
    try await home.open { store in
      let partial = try store.openPartial(of: entry.id)
      #expect(throws: StorageError.self) { try store.expect(UInt64(Int64.max), in: partial) }
      partial.discard()
    }
  }

  /// A holder may say that a file has any size, and never send a byte of it.
  @Test func `a holder's word takes little room`() async throws {
    try await home.open { store in
      let partial = try store.openPartial(of: entry.id)
      try partial.expect(size: 8 << 30)
      let first = try taken(by: partial)
      #expect((0...65 << 20).contains(first))
      let chunk = [UInt8](repeating: 1, count: 8 << 20)
      for offset in stride(from: 0, to: UInt64(48 << 20), by: 8 << 20) {
        try chunk.withUnsafeBytes { try partial.write($0, at: offset) }
        try partial.confirm(offset..<offset + (8 << 20))
      }
      #expect((first...129 << 20).contains(try taken(by: partial)))
      partial.discard()
    }
  }

  /// Bytes of the disk.
  private func taken(by partial: PartialFile) throws -> Int {
    var status = stat()
    try #require(stat(partial.path, &status) == 0)
    return Int(status.st_blocks) * 512
  }

  @Test func `a torn map promises nothing`() async throws {
    try await home.open { store in
      try await want(store)
      let partial = try store.openPartial(of: entry.id)
      try store.expect(UInt64(content.count), in: partial)
      try put(0..<content.count, into: partial)
    }
    let map = "\(home.path)/.p2ptui/partial/\(PartialFile.name(of: entry.id)).map"
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: map))
    try await home.open { store in
      let partial = try store.openPartial(of: entry.id)
      #expect(partial.progress.complete.isEmpty)
      #expect(partial.progress.size == nil)
    }
  }

  @Test func `the queue is remembered`() async throws {
    let wanted = [
      WantedFile(id: entry.id, rank: 5, priority: .low, isPaused: true),
      WantedFile(id: FileID(bytes: [UInt8](repeating: 1, count: 32))!, rank: -2, priority: .high),
    ]
    try await home.open { store in try await store.apply(wanted.map { .want($0) }) }
    try await home.open { store in
      #expect(try await store.load().wanted == wanted.reversed())
      try await store.apply([.unwant(entry.id)])
      #expect(try await store.load().wanted == [wanted[1]])
    }
  }

  @Test func `of many files kept together, one that fails does so alone`() async throws {
    try await home.open { store in
      let keeps = try (0..<20).map { number -> Keep in
        let partial = try store.beginPartial()
        let bytes = Array("file \(number)".utf8)
        try bytes.withUnsafeBytes { try partial.append($0) }
        let id = number == 7 ? entry.id : partial.digest(suffix: "1")
        return Keep(
          partial, FileEntry(id: id, name: "same name", owner: "ann", timestamp: Lexeme(1)), firstSeen: 0)
      }
      let results = store.placeKept(keeps)
      for (number, result) in results.enumerated() {
        switch result {
        case .success(let copy):
          let bytes = try Data(contentsOf: URL(fileURLWithPath: store.path(of: copy)))
          #expect(bytes == Data("file \(number)".utf8))
        case .failure(let error):
          #expect(number == 7)
          #expect(error == .mismatch(id: entry.id.hex))
        }
      }
      #expect(Set(results.compactMap { try? $0.get().storedName }).count == 19)
      keeps[7].partial.discard()
    }
  }
}
