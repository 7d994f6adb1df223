import Testing

@testable import PeerCore

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
