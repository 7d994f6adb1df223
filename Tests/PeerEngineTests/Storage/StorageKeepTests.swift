import Foundation
import PeerCore
import Synchronization
import Testing

@testable import PeerEngine

@Suite("Keeping a download") struct StorageKeepTests {
  let home: TemporaryHome
  init() throws { home = try TemporaryHome() }

  /// The home as a crash would leave it right after that step of keeping a file.
  private func crash(
    after step: KeepStep, keeping content: String, as entry: FileEntry
  ) async throws -> TemporaryHome {
    try await home.open { store in
      try crash(after: step, keeping: store.partial(content), as: entry, in: store)
    }
  }

  private func crash(
    after step: KeepStep, keeping partial: PartialFile, as entry: FileEntry, in store: HomeStore
  ) throws -> TemporaryHome {
    var left: TemporaryHome?
    _ = try store.placeKept(partial, as: entry, firstSeen: 5) {
      if $0 == step { left = try? home.crashed() }
    }
    return try #require(left)
  }

  /// Anybody may ask for the block lists of large files, and again.
  @Test func `it does not wait for block lists`() async throws {
    try await home.open { store in
      let path = store.home.file("large.iso")
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
      #expect(truncate(path, 128 << 20) == 0)
      let stat = try #require(try Disk.look(path))
      let copy = LocalCopy(storedName: "large.iso", size: stat.size, modified: stat.modified)
      let made = Mutex(0)
      let lists = (0..<100).map { _ in
        Task { @Sendable in
          _ = try await store.blockList(of: copy)
          made.withLock { $0 += 1 }
        }
      }
      try await lists[0].value
      try await store.receive(theirs("song.mp3", "la la"), "la la")
      #expect(made.withLock { $0 } < lists.count / 2)
    }
  }

  @Test func `the vectors of the protocol verify`() async throws {
    try await home.open { store in
      let partial = try store.partial("hello, neighbour\n")
      let vectors = [
        ("1744170562", "eacb039852fa0661da92efbebe81979e93a7d2f7b41f50dc84157b8f93938015"),
        ("1743970142.6140459", "1cda566b37b0a5b2a7640c9fc02b3eec522fb117b6d6b004d0528a0bebb077f5"),
        ("1744007783.0", "f789744de934081f2466558f4a4a02048bdae50e48c619b67d19d6194c43da95"),
        ("1744007783.0", "3076c423bb3fa993efd1e04e33f25f48d0fbe5162a971140865d7c2c9bc706de"),
        (
          "\"Sun Jun 15 21:36:41 2025\"",
          "e42776733c001012e4e19017c8459f9d5f487484aa9ee5e6c0b2feb27aaf5d1b"
        ),
      ]
      for (lexeme, hex) in vectors {
        let id = try #require(FileID(hex: hex))
        let entry = FileEntry(id: id, name: "a", owner: "them", timestamp: Lexeme(json: lexeme))
        #expect(partial.verifies(entry), "\(lexeme)")
      }
      #expect(partial.size == 17)
      #expect(partial.digest(suffix: "1744170562").hex == vectors[0].1)
    }
  }

  @Test func `it becomes visible whole, and is remembered`() async throws {
    let entry = theirs("dir/song.mp3", "la la")
    let copy = try await home.open { store in
      let copy = try await store.receive(entry, "la la")
      #expect(copy.storedName == "song.mp3")
      #expect(copy.size == 5)
      #expect(try store.openCopy(copy).read(at: 1, count: 100) == Array("a la".utf8))
      #expect(try await store.scan(owner: us) == ScanResult())
      return copy
    }
    #expect(home.names(in: ".p2ptui/partial").isEmpty)
    try await home.open { store in
      let files = try await store.files()
      #expect(files.map(\.copy) == [copy])
      #expect(files.map(\.firstSeen) == [5])
      #expect(files.map(\.entry.name) == ["dir/song.mp3"])
      #expect(files.map(\.entry.sizeBytes) == [5])
    }
  }

  @Test func `bytes of another file are refused`() async throws {
    let entry = theirs("a", "right")
    try await home.open { store in
      await #expect(throws: StorageError.mismatch(id: entry.id.hex)) {
        try await store.receive(entry, "wrong")
      }
      #expect(home.names(in: "files").isEmpty)
    }
  }

  @Test func `nothing is ever overwritten`() async throws {
    try await home.open { store in
      try home.put("files/a.txt", "by hand")
      try FileManager.default.createSymbolicLink(
        atPath: "\(home.path)/files/a (2).txt", withDestinationPath: "/nowhere")
      let first = try await store.receive(theirs("a.txt", "1"), "1")
      let second = try await store.receive(theirs("x/a.txt", "2"), "2")
      #expect([first, second].map(\.storedName) == ["a (3).txt", "a (4).txt"])
      #expect(home.content("files/a.txt") == "by hand")
      #expect(home.content("files/a (3).txt") == "1")
      #expect(home.content("files/a (4).txt") == "2")
    }
  }

  @Test func `many files of one name, kept at once, get a name each`() async throws {
    try await home.open { store in
      let names = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 1...20 {
          group.addTask { try await store.receive(theirs("a", "\(number)"), "\(number)").storedName }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(names.count == 20)
      #expect(Set(home.names(in: "files")) == names)
      #expect(try await store.files().filter { $0.copy != nil }.count == 20)
    }
  }

  @Test func `the same file received twice is here once`() async throws {
    let entry = theirs("a", "1")
    try await home.open { store in
      let first = try await store.receive(entry, "1")
      #expect(try await store.receive(entry, "1") == first)
      #expect(home.names(in: "files") == ["a"])
      #expect(home.names(in: ".p2ptui/partial").isEmpty)
    }
  }

  @Test(arguments: KeepStep.allCases) func `a crash after any step loses nothing`(step: KeepStep) async throws
  {
    let entry = theirs("song.mp3", "la la")
    let left = try await crash(after: step, keeping: "la la", as: entry)
    try await left.open { store in
      #expect(left.names(in: ".p2ptui/partial").isEmpty)
      let before = try await store.files()
      let scan = try await store.scan(owner: us)
      #expect(!scan.unfinished)
      switch step {
      case .contentSynced, .receiptWritten:
        #expect(before.isEmpty)
        #expect(scan.found.isEmpty)
        #expect(left.names(in: "files").isEmpty)
      case .placementRecorded, .placed, .directorySynced:
        #expect(before.isEmpty)
        let found = try await scan.unsettled ? store.settledScan() : scan
        #expect(found.found.map(\.entry.id) == [entry.id])
        #expect(found.found.map(\.entry.owner) == ["them"])
        #expect(left.content("files/song.mp3") == "la la")
      case .copyRecorded:
        #expect(before.compactMap(\.copy?.storedName) == ["song.mp3"])
        #expect(scan == ScanResult())
      }
      let after = try await store.files()
      #expect(after.allSatisfy { $0.entry.owner == "them" })
      #expect(try store.catalogue.read { try Tables.unfinishedPlacements($0) }.isEmpty)
    }
  }

  @Test(arguments: KeepStep.allCases) func `a crash does not leave a wanted file twice`(step: KeepStep)
    async throws
  {
    let entry = theirs("song.mp3", "la la")
    let left = try await home.open { store in
      try await store.apply([.want(WantedFile(id: entry.id, rank: 1))])
      let partial = try store.openPartial(of: entry.id)
      try partial.append("la la")
      return try crash(after: step, keeping: partial, as: entry, in: store)
    }
    try await left.open { store in
      let isPlaced = left.names(in: "files") == ["song.mp3"]
      #expect(isPlaced == ![.contentSynced, .receiptWritten].contains(step))
      let wanted = try await store.load().wanted
      #expect(wanted.isEmpty == isPlaced)
      #expect(left.names(in: ".p2ptui/partial").isEmpty == isPlaced)
    }
  }

  @Test func `an interrupted download that was spoilt goes to the trash`() async throws {
    let left = try await crash(after: .placed, keeping: "la la", as: theirs("a", "la la"))
    try left.put("files/a", "la lX")
    try await left.open { store in
      let scan = try await store.scan(owner: us)
      #expect(scan.found.isEmpty)
      #expect(scan.notices.count == 1)
      #expect(left.names(in: "files").isEmpty)
      #expect(left.names(in: ".p2ptui/trash").count == 1)
    }
  }

  @Test func `an interrupted download whose name was taken gets another`() async throws {
    let entry = theirs("a.txt", "la la")
    let left = try await crash(after: .placementRecorded, keeping: "la la", as: entry)
    try left.put("files/a.txt", "by hand")
    try await left.open { store in
      let scan = try await store.settledScan()
      #expect(scan.found.map(\.copy.storedName).sorted() == ["a (2).txt", "a.txt"])
      #expect(scan.found.first { $0.copy.storedName == "a (2).txt" }?.entry.id == entry.id)
      #expect(scan.found.first { $0.copy.storedName == "a.txt" }?.entry.owner == "us")
    }
  }

  @Test func `partial files are removed when nobody wants them`() async throws {
    try await home.open { store in
      try store.partial("dropped").discard()
      var partial: PartialFile? = try store.partial("forgotten")
      #expect(home.names(in: ".p2ptui/partial").count == 1)
      #expect(partial?.size == 9)
      partial = nil
      #expect(home.names(in: ".p2ptui/partial").isEmpty)
    }
    try home.put(".p2ptui/partial/left", "over")
    try await home.open { _ in #expect(home.names(in: ".p2ptui/partial").isEmpty) }
  }

  @Test func `more than the disk holds is refused at once`() async throws {
    try await home.open { store in
      let path = "\(home.path)/.p2ptui/partial"
      #expect(throws: StorageError.diskFull(path: path)) { try store.beginPartial(expecting: .max) }
      #expect(throws: StorageError.diskFull(path: path)) {
        try store.beginPartial(expecting: store.freeSpace())
      }
    }
  }

  @Test func `a file changed by hand is not served`() async throws {
    try await home.open { store in
      let copy = try await store.receive(theirs("a", "1234"), "1234")
      let open = try store.openCopy(copy)
      try home.put("files/a", "12")
      #expect(throws: StorageError.changed(path: "\(home.path)/files/a")) { try store.openCopy(copy) }
      #expect(throws: StorageError.changed(path: "\(home.path)/files/a")) { try open.read(at: 0, count: 4) }
      try home.remove("files/a")
      #expect(throws: StorageError.notFound(path: "\(home.path)/files/a")) { try store.openCopy(copy) }
    }
  }

  @Test func `trash moves the file and forgets the copy`() async throws {
    let entry = theirs("a.txt", "1")
    try await home.open { store in
      let copy = try await store.receive(entry, "1")
      try await store.trash(copy, of: entry.id)
      #expect(home.names(in: "files").isEmpty)
      #expect(home.names(in: ".p2ptui/trash").map { $0.hasSuffix("-a.txt") } == [true])
      #expect(try await store.files().map(\.copy) == [nil])
      try await store.trash(copy, of: entry.id)
      #expect(try await store.scan(owner: us) == ScanResult())
    }
  }

  @Test func `trash leaves what was changed by hand`() async throws {
    let entry = theirs("a.txt", "1")
    try await home.open { store in
      let copy = try await store.receive(entry, "1")
      try home.put("files/a.txt", "somebody's work")
      await #expect(throws: StorageError.changed(path: "\(home.path)/files/a.txt")) {
        try await store.trash(copy, of: entry.id)
      }
      #expect(home.content("files/a.txt") == "somebody's work")
    }
  }
}
