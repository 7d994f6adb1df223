import Foundation
import PeerCore
import Testing

@testable import PeerEngine

@Suite("Pushing a file") struct StorageImportTests {
  let home: TemporaryHome
  init() throws { home = try TemporaryHome() }

  @Test func `it is copied, and ours`() async throws {
    let path = try home.write(elsewhere: "hello.txt", "hello, neighbour\n")
    try await home.open { store in
      let (entry, copy) = try await store.importFile(path: path, timestamp: 1_744_170_562, owner: us)
      #expect(entry.id.hex == "eacb039852fa0661da92efbebe81979e93a7d2f7b41f50dc84157b8f93938015")
      #expect(entry.size.json == "1.621246337890625e-05")
      #expect(entry.sizeBytes == 17)
      #expect(entry.owner == "us")
      #expect(copy.storedName == "hello.txt")
      #expect(home.content("files/hello.txt") == "hello, neighbour\n")
      #expect(home.content("hello.txt") == "hello, neighbour\n")
      #expect(try await store.files().map(\.entry) == [entry])
      #expect(try await store.scan(owner: us) == ScanResult())
    }
  }

  @Test func `a file that is in files/ already is not copied`() async throws {
    try await home.open { store in
      try home.put("files/a.txt", "1", modified: 1_744_170_562)
      let path = "\(home.path)/files/../files/a.txt"
      let (entry, copy) = try await store.importFile(path: path, timestamp: 99, owner: us)
      #expect(entry.timestamp == Lexeme(1_744_170_562))
      #expect(copy.storedName == "a.txt")
      #expect(home.names(in: "files") == ["a.txt"])
      #expect(try await store.importFile(path: path, timestamp: 99, owner: us).entry == entry)
      #expect(try await store.scan(owner: us) == ScanResult())
    }
  }

  @Test func `a path that is no regular file is refused with the reason`() async throws {
    #expect(mkfifo("\(home.path)/fifo", 0o600) == 0)
    try await home.open { store in
      let cases: [(String, StorageError)] = [
        ("", .emptyPath), ("\(home.path)/none", .notFound(path: "\(home.path)/none")),
        (home.path, .isDirectory(path: home.path)),
        ("\(home.path)/files", .isDirectory(path: "\(home.path)/files")),
        ("\(home.path)/fifo", .notRegular(path: "\(home.path)/fifo")),
        ("/dev/null", .notRegular(path: "/dev/null")),
      ]
      for (path, error) in cases {
        await #expect(throws: error) { try await store.importFile(path: path, timestamp: 1, owner: us) }
        #expect(!error.description.contains("\n"))
      }
    }
  }

  @Test func `an empty file is a file too`() async throws {
    let path = try home.write(elsewhere: "empty", "")
    try await home.open { store in
      let (entry, copy) = try await store.importFile(path: path, timestamp: 1, owner: us)
      #expect(entry.size.json == "0.0")
      #expect(copy.size == 0)
    }
  }
}
