import PeerCore
import Testing

@testable import PeerEngine

@Suite struct ReceiptJournalTests {
  let home: TemporaryHome
  init() throws { home = try TemporaryHome() }

  @Test func `a long journal is written anew`() throws {
    let path = "\(home.path)/receipts"
    let receipts = (1...3).map {
      Receipt(entry: theirs("a\t\\\n\u{0}\($0)", "\($0)"), firstSeen: 4, storedName: "a")
    }
    let journal = try ReceiptJournal(path: path)
    for receipt in receipts { try journal.append([receipt]) }
    #expect(try journal.receipts() == receipts)
    try ReceiptJournal.rewrite(path, [receipts[1]])
    #expect(try ReceiptJournal(path: path).receipts() == [receipts[1]])
  }

  @Test func `a torn line of the journal spoils no other`() throws {
    try home.put("receipts", "\nabcdef\t17")
    let journal = try ReceiptJournal(path: "\(home.path)/receipts")
    let receipt = Receipt(entry: theirs("a", "1"), firstSeen: 4, storedName: "a")
    try journal.append([receipt])
    #expect(try journal.receipts() == [receipt])
  }
}
