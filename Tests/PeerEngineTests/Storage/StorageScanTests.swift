import Foundation
import PeerCore
import Testing

@testable import PeerEngine

@Suite("Scanning files/") struct StorageScanTests {
  let home: TemporaryHome
  init() throws { home = try TemporaryHome() }

  @Test func `a file put there by hand is ours, with its modification time as timestamp`() async throws {
    try await home.open { store in
      try home.put("files/hello.txt", "hello, neighbour\n", modified: 1_744_170_562)
      let scan = try await store.scan(owner: us)
      let found = try #require(scan.found.first)
      #expect(found.entry.id.hex == "eacb039852fa0661da92efbebe81979e93a7d2f7b41f50dc84157b8f93938015")
      #expect(found.entry.name == "hello.txt")
      #expect(found.entry.owner == "us")
      #expect(found.entry.timestamp == Lexeme(1_744_170_562))
      #expect(found.entry.size.json == "1.621246337890625e-05")
      #expect(found.entry.sizeBytes == 17)
      #expect(found.copy.size == 17)
      #expect(try await store.scan(owner: us) == ScanResult())
    }
    try await home.open { store in
      let files = try await store.files()
      #expect(files.map(\.copy?.storedName) == ["hello.txt"])
      #expect(try await store.scan(owner: us) == ScanResult())
    }
  }

  @Test func `only regular files that are not hidden count`() async throws {
    try await home.open { store in
      try home.put("outside", "secret")
      try home.put("files/.hidden", "x")
      try FileManager.default.createDirectory(
        atPath: "\(home.path)/files/folder", withIntermediateDirectories: false)
      try home.put("files/folder/inside", "x")
      try FileManager.default.createSymbolicLink(
        atPath: "\(home.path)/files/link", withDestinationPath: "\(home.path)/outside")
      #expect(mkfifo("\(home.path)/files/fifo", 0o600) == 0)
      #expect(try await store.scan(owner: us) == ScanResult())
    }
  }

  @Test func `a name that is not UTF-8 is reported and skipped`() async throws {
    try await home.open { store in
      let path = Array("\(home.path)/files/a".utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
      let descriptor = creat(path, 0o600)
      try #require(descriptor >= 0)
      close(descriptor)
      let scan = try await store.scan(owner: us)
      #expect(scan.found.isEmpty)
      #expect(scan.notices.count == 1)
      unlink(path)
    }
  }

  @Test func `composed and decomposed names are two files`() async throws {
    try await home.open { store in
      try home.put("files/\u{F6}", "composed")
      try home.put("files/o\u{308}", "decomposed")
      #expect(try await store.scan(owner: us).found.count == 2)
      #expect(try await store.scan(owner: us) == ScanResult())
    }
  }

  @Test func `a file that was removed is gone`() async throws {
    try await home.open { store in
      try home.put("files/a", "1")
      let id = try #require(try await store.scan(owner: us).found.first?.entry.id)
      try home.remove("files/a")
      #expect(try await store.scan(owner: us).gone == [id])
      #expect(try await store.files().map(\.copy) == [nil])
      #expect(try await store.scan(owner: us) == ScanResult())
    }
  }

  @Test func `a file that was changed is a new file, and the old one is gone`() async throws {
    try await home.open { store in
      try home.put("files/a", "1")
      let old = try #require(try await store.scan(owner: us).found.first)
      try home.put("files/a", "2", modified: 1_744_170_563)
      let scan = try await store.scan(owner: us)
      #expect(scan.gone == [old.entry.id])
      #expect(scan.found.map(\.entry.timestamp) == [Lexeme(1_744_170_563)])
      #expect(scan.found.map(\.copy.storedName) == ["a"])
    }
  }

  @Test func `a file that was only touched is the same file`() async throws {
    let entry = theirs("a", "1")
    try await home.open { store in
      try await store.receive(entry, "1")
      try home.put("files/b", "2")
      let ours = try #require(try await store.scan(owner: us).found.first).entry
      try home.touch("files/a", modified: 1_500_000_000)
      try home.touch("files/b", modified: 1_500_000_000)
      let scan = try await store.scan(owner: us)
      #expect(scan.found.map(\.entry.id) == [entry.id, ours.id])
      #expect(scan.found.map(\.copy.modified) == [1_500_000_000_000_000_000, 1_500_000_000_000_000_000])
      #expect(scan.gone.isEmpty)
    }
  }

  @Test func `a download that was renamed by hand stays its owner's`() async throws {
    let entry = theirs("a", "1")
    try await home.open { store in
      try await store.receive(entry, "1")
      try home.move("files/a", to: "files/renamed")
      try home.touch("files/renamed", modified: 1_500_000_000)
      let scan = try await store.scan(owner: us)
      #expect(scan.found.map(\.entry.id) == [entry.id])
      #expect(scan.found.map(\.entry.owner) == ["them"])
      #expect(scan.found.map(\.copy.storedName) == ["renamed"])
      #expect(scan.gone.isEmpty)

      try home.move("files/renamed", to: "away")
      #expect(try await store.scan(owner: us).gone == [entry.id])
      try await store.apply([.remove(entry.id)])
      try home.move("away", to: "files/back")
      let back = try await store.scan(owner: us)
      #expect(back.found.map(\.entry.owner) == ["them"])
      #expect(back.found.map(\.entry.timestamp) == [entry.timestamp])
    }
  }

  @Test func `a file still being written waits`() async throws {
    try await home.open { store in
      try "half".write(toFile: "\(home.path)/files/a", atomically: false, encoding: .utf8)
      let first = try await store.scan(owner: us)
      if first.found.isEmpty { #expect(first.unsettled) }
      try home.touch("files/a", modified: 1_744_170_562)
      let second = try await store.scan(owner: us)
      #expect((first.found + second.found).last?.copy.size == 4)
      #expect(!second.unsettled)
    }
  }

  @Test func `a duplicate takes over when the first goes`() async throws {
    try await home.open { store in
      try home.put("files/b", "same")
      try home.put("files/a", "same")
      let first = try await store.scan(owner: us)
      #expect(first.found.map(\.copy.storedName) == ["a"])
      #expect(try await store.scan(owner: us) == ScanResult())
      try home.remove("files/a")
      let second = try await store.scan(owner: us)
      #expect(second.found.map(\.copy.storedName) == ["b"])
      #expect(second.gone.isEmpty)
      try await store.trash(second.found[0].copy, of: second.found[0].entry.id)
      #expect(try await store.scan(owner: us) == ScanResult())
    }
  }

  @Test func `duplicates go to the trash together`() async throws {
    try await home.open { store in
      try home.put("files/a", "same")
      try home.put("files/b", "same")
      let found = try #require(try await store.scan(owner: us).found.first)
      try await store.trash(found.copy, of: found.entry.id)
      #expect(home.names(in: "files").isEmpty)
      #expect(home.names(in: ".p2ptui/trash").count == 2)
      #expect(try await store.scan(owner: us) == ScanResult())
    }
  }

  @Test func `what is too much for one scan is finished by the next`() async throws {
    try await home.open { store in
      for number in 0..<5 { try home.put("files/\(number)", "\(number)") }
      let first = try await store.scan(owner: us, limit: 3)
      #expect(first.found.map(\.copy.storedName) == ["0", "1", "2"])
      #expect(first.unfinished)
      let second = try await store.scan(owner: us, limit: 3)
      #expect(second.found.map(\.copy.storedName) == ["3", "4"])
      #expect(!second.unfinished)
    }
  }

  @Test func `a renamed file is not gone while its new name waits for the next scan`() async throws {
    try await home.open { store in
      try home.put("files/z", "1")
      let id = try #require(try await store.scan(owner: us).found.first?.entry.id)
      try home.put("files/a", "other")
      try home.move("files/z", to: "files/y")
      let first = try await store.scan(owner: us, limit: 1)
      #expect(first.gone.isEmpty)
      let second = try await store.scan(owner: us, limit: 1)
      #expect(second.found.map(\.entry.id) == [id])
      #expect(second.gone.isEmpty)
    }
  }

  @Test func `files that are being placed are not taken for ours`() async throws {
    try await home.open { store in
      let entry = theirs("a", "1")
      let partial = try store.partial("1")
      let copy = try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            for _ in 0..<10 {
              let scan = try await store.scan(owner: us)
              #expect(scan.found.isEmpty)
              #expect(scan.gone.isEmpty)
            }
          }
        }
        let copy = try await store.keep([Keep(partial, entry, firstSeen: 1)])[0].get()
        try await group.waitForAll()
        return copy
      }
      #expect(try await store.files().map(\.copy) == [copy])
    }
  }

  @Test func `files/ itself may go and come back`() async throws {
    let entry = theirs("a", "1")
    try await home.open { store in
      try await store.receive(entry, "1")
      try home.move("files", to: "moved")
      #expect(try await store.scan(owner: us).gone == [entry.id])
      try await store.receive(theirs("b", "2"), "2")
      try home.remove("files")
      try home.move("moved", to: "files")
      let scan = try await store.settledScan()
      #expect(scan.found.map(\.entry.id) == [entry.id])
      #expect(scan.found.map(\.entry.owner) == ["them"])
    }
  }
}
