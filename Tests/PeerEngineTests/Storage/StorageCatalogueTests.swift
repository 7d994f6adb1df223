import Foundation
import GRDB
import PeerCore
import Testing

@testable import PeerEngine

@Suite("The catalogue on disk") struct StorageCatalogueTests {
  let home: TemporaryHome
  init() throws { home = try TemporaryHome() }

  @Test func `what was written comes back exactly, in its order`() async throws {
    let entries = [
      theirs("b\u{0}\u{1B}.txt", "1", timestamp: Lexeme(json: "1744007783.0")),
      theirs("", "2", timestamp: Lexeme(json: #""Sun Jun 15 \u00e4 21:36""#)),
      theirs("a", "3", timestamp: .null),
    ]
    var sized = entries[2]
    sized.size = Lexeme(json: "0.17575454711914062")
    sized.sizeBytes = UInt64.max
    let tombstone = Tombstone(id: entries[0].id, owner: "ö\u{0}", time: -1)
    try await home.open { store in
      try await store.apply(entries.map { .describe($0, firstSeen: 7) } + [.bury(tombstone)])
      try await store.apply([.describe(sized, firstSeen: 8)])
    }
    try await home.open { store in
      let remembered = try await store.load()
      let (files, tombstones) = (remembered.files, remembered.tombstones)
      #expect(files.map(\.entry) == [entries[0], entries[1], sized])
      #expect(files.map(\.firstSeen) == [7, 7, 8])
      #expect(files.allSatisfy { $0.copy == nil })
      #expect(tombstones == [tombstone])
    }
  }

  @Test func `every transaction is synced`() async throws {
    let full = 2
    try await home.open { store in
      let mode = try store.catalogue.queue.inDatabase { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
      #expect(mode == full)
    }
  }

  @Test func `changes of one batch apply in order`() async throws {
    let entry = theirs("a", "1")
    let tombstone = Tombstone(id: entry.id, owner: "them", time: 3)
    try await home.open { store in
      try await store.apply([
        .describe(entry, firstSeen: 1), .remove(entry.id), .bury(tombstone), .exhume(entry.id),
        .describe(entry, firstSeen: 2),
      ])
      let remembered = try await store.load()
      let (files, tombstones) = (remembered.files, remembered.tombstones)
      #expect(files.map(\.firstSeen) == [2])
      #expect(tombstones.isEmpty)
    }
  }

  @Test func `what is here is not wanted, though that is written later`() async throws {
    let entry = theirs("a", "1")
    try await home.open { store in
      _ = try store.placeKept(store.partial("1"), as: entry, firstSeen: 1)
      try await store.apply([
        .want(WantedFile(id: entry.id, rank: 1)),
        .want(WantedFile(id: FileID(hex: String(repeating: "ab", count: 32))!, rank: 2)),
      ])
      #expect(try await store.load().wanted.map(\.rank) == [2])
    }
  }

  @Test func `it is one file with its log, and the log is gone after closing`() async throws {
    try await home.open { store in
      try await store.apply([.describe(theirs("a", "1"), firstSeen: 1)])
      #expect(home.names(in: ".p2ptui").contains("catalogue.sqlite-wal"))
      #expect(!home.names(in: ".p2ptui").contains("catalogue.sqlite-shm"))
    }
    #expect(!home.names(in: ".p2ptui").contains("catalogue.sqlite-wal"))
  }

  @Test func `after closing it says that it is closed`() async throws {
    let store = try await home.open { $0 }
    await #expect(throws: StorageError.closed) { try await store.apply([]) }
    await #expect(throws: StorageError.closed) { _ = try await store.scan(owner: us) }
  }

  @Test func `a damaged one is kept aside, and downloads stay downloads`() async throws {
    let entry = theirs("song.mp3", "la la")
    try await home.open { store in
      try await store.receive(entry, "la la")
      _ = try await store.importFile(
        path: home.write(elsewhere: "mine.txt", "mine"), timestamp: 1_744_000_000, owner: us)
    }
    try home.put("files/by-hand.txt", "by hand")
    try Data(repeating: 0x55, count: 8192).write(
      to: URL(fileURLWithPath: "\(home.path)/.p2ptui/catalogue.sqlite"))
    try await home.open { store in
      #expect(store.warnings.count == 1)
      #expect(home.names(in: ".p2ptui").contains { $0.hasPrefix("catalogue.sqlite.corrupt-") })
      #expect(try await store.files().isEmpty)
      let scan = try await store.settledScan()
      let found = scan.found.sorted { $0.copy.storedName < $1.copy.storedName }
      #expect(found.map(\.copy.storedName) == ["by-hand.txt", "mine.txt", "song.mp3"])
      #expect(found.map(\.entry.owner) == ["us", "us", "them"])
      #expect(found.dropFirst().first?.entry.timestamp == Lexeme(1_744_000_000))
      #expect(found.last?.entry.id == entry.id)
      #expect(found.last?.entry.timestamp == entry.timestamp)
    }
    try await home.open { store in
      #expect(store.warnings.isEmpty)
      let files = try await store.files()
      #expect(files.count == 3)
    }
  }

  @Test func `damage in the middle is noticed too`() async throws {
    try await home.open { store in
      try await store.apply((0..<2000).map { .describe(theirs("\($0)", "\($0)"), firstSeen: 1) })
    }
    let url = URL(fileURLWithPath: "\(home.path)/.p2ptui/catalogue.sqlite")
    var bytes = try Data(contentsOf: url)
    bytes.replaceSubrange(
      bytes.count / 2..<bytes.count / 2 + 65536, with: Data(repeating: 0xAA, count: 65536))
    try bytes.write(to: url)
    try await home.open { store in #expect(store.warnings.count == 1) }
  }

  /// A bit that tipped over inside of a row breaks no rule of SQLite's.
  @Test(arguments: [
    "UPDATE copy SET size = -5", "UPDATE copy SET size = 'x'", "UPDATE copy SET stored_name = '../x'",
    "UPDATE file SET id = x'00'", "INSERT INTO tombstone VALUES (x'AA', 'x', 5)",
    "INSERT INTO wanted VALUES (x'AA', 5, 'high', 0)", "DROP TABLE receipt",
    "INSERT INTO placement VALUES ('x', zeroblob(32), '../../files/mine.txt', 5, 1)",
  ])
  func `rows that were never written are damage too`(change: String) async throws {
    try await home.open { store in
      _ = try await store.importFile(
        path: home.write(elsewhere: "mine.txt", "mine"), timestamp: 1_744_000_000, owner: us)
    }
    let queue = try DatabaseQueue(path: "\(home.path)/.p2ptui/catalogue.sqlite")
    try await queue.write { try $0.execute(sql: change) }
    try queue.close()
    try await home.open { store in
      #expect(store.warnings.count == 1)
      let found = try await store.settledScan().found
      #expect(found.map(\.copy.storedName) == ["mine.txt"])
    }
    #expect(home.content("files/mine.txt") == "mine")
  }

  @Test func `one of a newer version is refused`() async throws {
    try await home.open { _ in }
    let queue = try DatabaseQueue(path: "\(home.path)/.p2ptui/catalogue.sqlite")
    try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('from the future')") }
    try queue.close()
    let error = #expect(throws: StartError.self) { try HomeStore.open(home: home.path) }
    #expect(error?.description.contains("newer version") == true)
    #expect(error?.description.contains("\n") == false)
  }
}
