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
