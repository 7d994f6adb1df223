import Testing

@testable import PeerCore

@Suite struct FileTableTests {
  func record(_ number: Int) -> FileRecord { FileRecord(entry: .file(number)) }

  @Test func `the slots that differ from an older state are found`() {
    let older = FileTable((0..<300).map(record))
    #expect(older.slots(changedSince: older) == [])
    #expect(older.slots(changedSince: FileTable()) == Array(0..<300))
    #expect(FileTable().slots(changedSince: older) == Array(0..<300))
    var table = older
    table.update(130) { $0.fetch = .wanted }
    table.remove(7)
    table.remove(200)
    #expect(table.slots(changedSince: older) == [7, 130, 200])
    _ = table.insert(record(400))
    table.update(130) { $0.fetch = .idle }
    #expect(table.slots(changedSince: older) == [7, 200], "what is as it was has not changed")
    _ = table.insert(record(401))
    _ = table.insert(record(402))
    #expect(table.slots(changedSince: older) == [7, 200, 300])
  }

  @Test func `records keep their slots, and free slots are used again`() {
    var table = FileTable((0..<300).map(record))
    #expect(table.count == 300)
    #expect(table.slotBound == 300)
    table.remove(7)
    table.remove(200)
    #expect(table[7] == nil)
    #expect(table[8]?.entry == .file(8))
    #expect(table.count == 298)
    let slots = [table.insert(record(400)), table.insert(record(401)), table.insert(record(402))]
    #expect(slots == [200, 7, 300])
    #expect(table.map(\.slot) == Array(0...300))
    #expect(table[-1] == nil)
    #expect(table[301] == nil)
  }

  @Test func `a copy of the table does not change with its original`() {
    var table = FileTable((0..<300).map(record))
    let copy = table
    table.update(5) { $0.entry.name = "changed" }
    table.remove(6)
    #expect(copy[5]?.entry.name == "file 5")
    #expect(copy[6] != nil)
    #expect(table[5]?.entry.name == "changed")
  }
}

@Suite struct FileQueryTests {
  static func entry(_ number: Int, _ name: String, owner: String, size: UInt64?, time: Int) -> FileEntry {
    FileEntry(id: FileID(number), name: name, owner: owner, timestamp: Lexeme(time), sizeBytes: size)
  }

  let files = FileTable([
    FileRecord(entry: entry(1, "beta.txt", owner: "Ann", size: 30, time: 1)),
    FileRecord(entry: entry(2, "Alpha.PNG", owner: "bob", size: nil, time: 3), holders: [PeerHandle(1)]),
    FileRecord(entry: entry(3, "alpha.png", owner: "bob", size: 10, time: 2)),
  ])

  func numbers(_ query: FileQuery) -> [Int] { query.slots(in: files).map { $0 + 1 } }

  @Test(arguments: [
    (FileQuery.Sort.name, [2, 3, 1]), (.size, [2, 3, 1]), (.owner, [1, 2, 3]), (.time, [1, 3, 2]),
    (.holders, [1, 3, 2]), (.state, [2, 1, 3]),
  ])
  func `every order is total, and can be reversed`(sort: FileQuery.Sort, order: [Int]) {
    #expect(numbers(FileQuery(sort: sort)) == order)
    #expect(numbers(FileQuery(sort: sort, descending: true)) == order.reversed())
  }

  @Test func `every word must occur in name, owner or id`() {
    #expect(numbers(FileQuery(text: "ALPHA")) == [2, 3])
    #expect(numbers(FileQuery(text: "  alpha bob ")) == [2, 3])
    #expect(numbers(FileQuery(text: "ann txt")) == [1])
    #expect(numbers(FileQuery(text: "ann png")) == [])
    #expect(numbers(FileQuery(text: FileID(3).hex)) == [3])
  }
}
