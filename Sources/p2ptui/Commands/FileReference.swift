import PeerCore

/// What people may call a file at the prompt: its id, a unique prefix of it, or its name.
struct FileReference: Sendable {
  struct Match: Sendable, Equatable {
    var id: FileID
    /// Made harmless, like `owner`.
    var name: String
    var owner: String
  }

  enum Result: Sendable, Equatable {
    case one(Match)
    case none
    /// The first few of them, by id, and how many there are.
    case several([Match], total: Int)
  }

  /// Fewer characters than this are a name, never a prefix.
  static let leastPrefix = 4
  /// Candidates told of an ambiguous reference: they still fit on a small screen.
  static let candidates = 10

  private let text: String
  private let range: ClosedRange<FileID>?

  init(_ text: String) {
    self.text = text
    range = Self.idRange(prefix: text)
  }

  /// The ids that begin with a text; `nil` unless it is `leastPrefix` to 64 hex digits.
  static func idRange(prefix: String, least: Int = leastPrefix) -> ClosedRange<FileID>? {
    let missing = 2 * FileID.byteCount - prefix.utf8.count
    guard missing >= 0, prefix.utf8.count >= least,
      let low = FileID(hex: prefix + String(repeating: "0", count: missing)),
      let high = FileID(hex: prefix + String(repeating: "f", count: missing))
    else { return nil }
    return low...high
  }

  /// Resolves each reference. Whole ids are looked for together, as scripts give them by the thousand.
  static func resolve(_ references: [FileReference], in snapshot: Snapshot) -> [Result] {
    let records = snapshot.files.records(of: Set(references.compactMap(\.wholeID)))
    return references.map { reference in
      if let id = reference.wholeID, let record = records[id] { return .one(Match(record)) }
      return reference.resolve(in: snapshot)
    }
  }

  /// A file that only a transfer still knows can be named too.
  private func resolve(in snapshot: Snapshot) -> Result {
    guard !text.isEmpty else { return .none }
    var found: [Match] = []
    if wholeID == nil {
      for (_, record) in snapshot.files where matches(record) { found.append(Match(record)) }
    }
    for transfer in snapshot.transfers where matches(transfer) {
      if !found.contains(where: { $0.id == transfer.file }) {
        found.append(Match(id: transfer.file, name: Visible.text(transfer.fileName), owner: ""))
      }
    }
    if found.count > 1 {
      let shown = found.sorted { $0.id < $1.id }.prefix(Self.candidates)
      return .several(Array(shown), total: found.count)
    }
    return found.first.map { .one($0) } ?? .none
  }

  /// It is nobody's name.
  private var wholeID: FileID? { range.flatMap { $0.lowerBound == $0.upperBound ? $0.lowerBound : nil } }

  private func matches(_ record: FileRecord) -> Bool {
    if let range, range.contains(record.entry.id) { return true }
    return record.copy?.storedName == text || names(record.entry.name)
  }

  private func matches(_ transfer: TransferView) -> Bool {
    range?.contains(transfer.file) ?? false || names(transfer.fileName)
  }

  /// People type what they see, so the name as shown counts too; it is longer than what it stands for.
  private func names(_ name: String) -> Bool {
    name == text || name.utf8.count < text.utf8.count && Visible.text(name) == text
  }
}

extension FileReference.Match {
  init(_ record: FileRecord) {
    self.init(
      id: record.entry.id, name: Visible.text(record.entry.name),
      owner: Visible.text(record.entry.owner))
  }
}
