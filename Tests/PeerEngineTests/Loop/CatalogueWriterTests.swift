import Foundation
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

/// What is to be remembered and trashed, while the disk refuses.
@Suite struct CatalogueWriterTests {
  /// A home with one file that is here, and whose trash takes nothing: another file system can't be moved to.
  private func withBrokenTrash(
    _ trash: String = "/proc/self",
    _ body: (TemporaryHome, HomeStore, CatalogueWriter, ScanResult.Found) async throws -> Void
  ) async throws {
    let home = try TemporaryHome()
    try await home.open { store in
      try home.put("files/a.txt", "a")
      let found = try #require(try await store.scan(owner: us).found.first)
      try home.remove(".p2ptui/trash")
      try FileManager.default.createSymbolicLink(
        atPath: "\(home.path)/.p2ptui/trash", withDestinationPath: trash)
      try await body(home, store, CatalogueWriter(store: store) { _, _ in }, found)
    }
  }

  private func isWritten(_ writer: CatalogueWriter) async -> Bool {
    await withCheckedContinuation { continuation in
      writer.afterwards { continuation.resume(returning: $0) }
    }
  }

  @Test func `what cannot be moved to the trash is tried again, and stays known until then`() async throws {
    try await withBrokenTrash { home, store, writer, found in
      writer.trash(found.copy, of: found.entry.id)
      writer.apply([.remove(found.entry.id)])
      #expect(await isWritten(writer) == false)
      #expect(home.names(in: "files") == ["a.txt"])
      let files = try await store.load().files
      #expect(files.map(\.copy) == [found.copy])
      try home.remove(".p2ptui/trash")
      try home.makeFolder(".p2ptui/trash")
      try await eventually("it is in the trash") { home.names(in: "files").isEmpty && writer.backlog == 0 }
      #expect(try await store.load().files.isEmpty)
      #expect(await isWritten(writer))
    }
  }

  @Test func `what can never be moved stays known, or it would be found and shared again`() async throws {
    try await withBrokenTrash("/nowhere") { home, store, writer, found in
      writer.trash(found.copy, of: found.entry.id)
      writer.apply([.remove(found.entry.id)])
      #expect(await isWritten(writer))
      #expect(writer.backlog == 0)
      #expect(home.names(in: "files") == ["a.txt"])
      let files = try await store.load().files
      #expect(files.map(\.copy) == [found.copy])
    }
  }

  @Test func `what is on its way to the trash is known to be`() async throws {
    try await withBrokenTrash { home, _, writer, found in
      writer.trash(found.copy, of: found.entry.id)
      #expect(await isWritten(writer) == false)
      #expect(writer.isTrashing(found.entry.id))
      try home.remove(".p2ptui/trash")
      try home.makeFolder(".p2ptui/trash")
      try await eventually("it is in the trash") { !writer.isTrashing(found.entry.id) }
      #expect(home.names(in: "files").isEmpty)
    }
  }
}
