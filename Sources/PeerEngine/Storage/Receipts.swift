import PeerCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a file in `files/` is, written down before its bytes get there. A file that verifies against a receipt is what
/// the receipt says, whatever it is called by now. So a download does not turn into a file of our own when it is moved
/// by hand, or when the catalogue is lost.
struct Receipt: Equatable, Sendable {
  var entry: FileEntry
  /// Milliseconds since 1970-01-01 UTC.
  var firstSeen: Int64
  var storedName: String

  /// The receipt as a line of the journal, without the line break.
  var line: String {
    [
      entry.id.hex, entry.sizeBytes.map(String.init) ?? "", String(firstSeen), entry.timestamp.json,
      entry.size.json, storedName, entry.name, entry.owner,
    ].map(Self.escape).joined(separator: "\t")
  }

  /// `nil` if the line was torn or damaged. One that is wrong without being noticed does no harm: nothing verifies
  /// against it.
  init?(line: some StringProtocol) {
    let fields = line.unicodeScalars.split(separator: "\t", omittingEmptySubsequences: false)
      .map { Self.unescape($0) }
    guard fields.count == 8, let id = FileID(hex: fields[0]), let firstSeen = Int64(fields[2]) else {
      return nil
    }
    entry = FileEntry(
      id: id, name: fields[6], owner: fields[7], timestamp: Lexeme(json: fields[3]),
      size: Lexeme(json: fields[4]), sizeBytes: UInt64(fields[1]))
    self.firstSeen = firstSeen
    storedName = fields[5]
  }

  init(entry: FileEntry, firstSeen: Int64, storedName: String) {
    self.entry = entry
    self.firstSeen = firstSeen
    self.storedName = storedName
  }

  private static func escape(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  private static func unescape(_ text: some Sequence<Unicode.Scalar>) -> String {
    var result = String.UnicodeScalarView()
    var escaped = false
    for scalar in text {
      switch (escaped, scalar) {
      case (false, "\\"):
        escaped = true
        continue
      case (true, "t"): result.append("\t")
      case (true, "n"): result.append("\n")
      default: result.append(scalar)
      }
      escaped = false
    }
    return String(result)
  }
}

/// The receipts once more, beside the catalogue, in a file that is only ever appended to: one line for each.
final class ReceiptJournal: Sendable {
  /// A journal with more bytes is written anew at the start, without what was forgotten.
  static let compactAbove: UInt64 = 64 << 20
  /// How many receipts of files that are no longer here are kept; the newest are.
  static let kept = 100_000

  private let file: OpenFile
  private let end: Mutex<UInt64>

  init(path: String) throws(StorageError) {
    file = try OpenFile(path, O_RDWR | O_CREAT)
    end = Mutex(try file.look().size)
  }

  var size: UInt64 { end.withLock { $0 } }

  /// Adds receipts, which survive a loss of power once this returns.
  func append(_ receipts: [Receipt]) throws(StorageError) {
    // A line break comes first as well, in case the line before was torn.
    let bytes = Array("\n\(receipts.map { $0.line + "\n" }.joined())".utf8)
    try end.withLock { end throws(StorageError) in
      try file.write(bytes, at: end)
      end += UInt64(bytes.count)
      try file.sync()
    }
  }

  func receipts() throws(StorageError) -> [Receipt] {
    let bytes = try file.read(at: 0, count: Int(size))
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap {
      Receipt(line: String(decoding: $0, as: UTF8.self))
    }
  }

  /// Replaces a journal by one that has just these receipts, as a whole or not at all.
  static func rewrite(_ path: String, _ receipts: [Receipt]) throws(StorageError) {
    let draft = path + ".new"
    let file = try OpenFile(draft, O_RDWR | O_CREAT | O_TRUNC)
    var offset: UInt64 = 0
    for receipt in receipts {
      let bytes = Array("\(receipt.line)\n".utf8)
      try file.write(bytes, at: offset)
      offset += UInt64(bytes.count)
    }
    try file.sync()
    try Disk.move(draft, to: path)
  }
}
