import Foundation
import PeerCore
import Testing

@testable import PeerEngine

@Suite("Taking over metadata.json") struct StorageMetadataTests {
  let home: TemporaryHome
  init() throws { home = try TemporaryHome() }

  @Test func `it is read once, and its files keep their owners`() async throws {
    let entry = theirs("songs/la.mp3", "la la", timestamp: Lexeme(json: "1744007783.0"))
    try home.put("metadata.json", "{}")
    try await home.open { store in
      #expect(try await store.metadataToImport() == Array("{}".utf8))
      try await store.importMetadata(entries: [entry, theirs("other", "x")], now: 3)
      #expect(try await store.metadataToImport() == nil)
      try home.put("files/la.mp3", "la la")
      try home.put("files/other", "not x")
      let scan = try await store.scan(owner: us)
      #expect(scan.found.map(\.entry.id).first == entry.id)
      #expect(scan.found.map(\.entry.owner) == ["them", "us"])
      #expect(scan.found.map(\.entry.timestamp.json).first == "1744007783.0")
    }
    let again = try await home.open { try await $0.metadataToImport() }
    #expect(again == nil)
  }

  @Test func `without one there is nothing to import`() async throws {
    let again = try await home.open { try await $0.metadataToImport() }
    #expect(again == nil)
  }
}
