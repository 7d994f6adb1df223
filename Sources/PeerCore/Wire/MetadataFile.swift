/// The `metadata.json` of the original system: file entries in an array, in an object by id, or a level deeper. Every
/// object with a usable `file_id` counts as an entry.
public enum MetadataFile {
  /// - Throws: `WireError` if it is not JSON, or has more entries, longer texts or deeper nesting than `limits` allow.
  public static func entries(in json: [UInt8], limits: Limits = Limits()) throws(WireError) -> [FileEntry] {
    var tokenizer = JSONTokenizer(limits: limits)
    var collector = Collector(limits: limits)
    _ = try json.span.withUnsafeBytes { (bytes) throws(WireError) in try tokenizer.read(bytes, &collector) }
    guard tokenizer.isBetweenValues else { throw .truncated(after: json.count) }
    return collector.entries
  }

  private struct Collector: JSONTokenHandler {
    let limits: Limits
    var entries: [FileEntry] = []
    private var open: [MessageFields] = []
    private var member: MessageField?
    private var text: [UInt8] = []
    private var isKey = false

    init(limits: Limits) { self.limits = limits }

    mutating func beginObject(at offset: Int) {
      open.append(MessageFields())
      member = nil
    }

    mutating func endObject(at offset: Int) throws(WireError) {
      guard let entry = open.removeLast().fileEntry else { return }
      guard entries.count < limits.files else {
        throw .tooLarge("the number of files", limit: limits.files)
      }
      entries.append(entry)
    }

    mutating func beginArray() { member = nil }
    mutating func endArray() { member = nil }

    mutating func beginString(isKey: Bool) {
      self.isKey = isKey
      text.removeAll(keepingCapacity: true)
    }

    mutating func stringRun(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
      guard text.count + bytes.count <= limits.textBytes else {
        throw .tooLarge("a text", limit: limits.textBytes)
      }
      text.append(contentsOf: bytes)
    }

    mutating func stringEscape(_ bytes: UnsafeRawBufferPointer) throws(WireError) { try stringRun(bytes) }

    mutating func endString() {
      if isKey { member = MessageField(name: text) } else { set(Lexeme(stringContents: text)) }
    }

    mutating func scalar(_ bytes: UnsafeRawBufferPointer) {
      set(Lexeme(json: String(decoding: bytes, as: UTF8.self)))
    }

    private mutating func set(_ value: Lexeme) {
      guard let member, !open.isEmpty else { return }
      open[open.count - 1][member] = value
    }
  }
}
