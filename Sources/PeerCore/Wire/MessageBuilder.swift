/// Assembles messages from tokens: knows where in a message the tokenizer is, and puts each value into its place
/// among the `MessageParts`.
struct MessageBuilder<Sink: MessageSink>: JSONTokenHandler {
  /// What the innermost open container is, in the structure of a message.
  private enum Place {
    case outside, wrapper, message, files, entry, list
  }

  /// What becomes of the string being read.
  private enum StringUse {
    case ignored
    case key
    case value(MessageField)
    case listItem
    /// The first bytes of `data`, held back until it is known that it is not the text `null`.
    case dataStart
    case data
  }

  let limits: Limits
  var sink: Sink
  private var place = Place.outside
  private var insideWrapper = false
  /// How many open containers there are of which nothing is wanted.
  private var ignoredDepth = 0
  private var use = StringUse.ignored
  private var text: [UInt8] = []
  private var member: MessageField?
  private var parts = MessageParts()
  /// The members of the file entry that is being read.
  private var entryFields = MessageFields()
  /// One of its texts is too long: it is left out, and the others of its list are not.
  private var entryIsTooLong = false
  /// Where the message that is being read began or, between messages, where the last one ended.
  private var messageStart = 0
  private var dataBytes = 0
  private var rawLength: UInt64?
  /// What follows a message is not to be read yet.
  var stopsAfterMessage = false
  private var hasMessage = false
  private var capture = RawCapture()
  private let smallestLimit: Int

  init(limits: Limits, sink: Sink) {
    self.limits = limits
    smallestLimit = min(
      limits.gossipBytes, limits.smallMessageBytes, limits.replyBytes, limits.fileDataMetadataBytes)
    self.sink = sink
  }

  var heldBytes: Int { parts.heldBytes + text.count }

  /// Whether raw bytes follow, or what is not to be read yet.
  var isSatisfied: Bool { rawLength != nil || stopsAfterMessage && hasMessage }

  /// Whether there was a message since this was asked last.
  mutating func takeHasMessage() -> Bool {
    defer { hasMessage = false }
    return hasMessage
  }

  /// How many raw bytes follow the last message, instead of further messages; `nil` if none do. Told once.
  mutating func takeRawLength() -> UInt64? {
    defer { rawLength = nil }
    return rawLength
  }

  // MARK: Chunks

  mutating func chunkBegins(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    capture.chunkBegins(bytes, at: offset)
  }

  mutating func chunkEnded(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(WireError) {
    try checkSize(at: offset)
    capture.chunkEnded(limit: limits.gossipBytes)
  }

  /// It also bounds what stands between messages, or beside them in an array.
  private func checkSize(at offset: Int) throws(WireError) {
    guard offset - messageStart - dataBytes > smallestLimit else { return }
    let (limit, what) =
      switch parts.type {
      case .gossip: (limits.gossipBytes, "a GOSSIP")
      case .getFile, .getBlocks, .delete, .announce: (limits.smallMessageBytes, "a message")
      case .fileData: (limits.fileDataMetadataBytes, "a FILE_DATA without its data")
      // Its type may be yet to come.
      case .gossipReply, .blocks, nil: (limits.replyBytes, "a message")
      }
    if offset - messageStart - dataBytes > limit { throw .tooLarge(what, limit: limit) }
  }

  // MARK: Containers

  mutating func beginObject(at offset: Int) throws(WireError) {
    if ignoredDepth > 0 {
      ignoredDepth += 1
      return
    }
    switch place {
    case .outside, .wrapper:
      place = .message
      messageStart = offset
      capture.begin(at: offset)
    case .files:
      place = .entry
      entryFields.removeAll()
      entryIsTooLong = false
    case .message, .entry, .list: ignoredDepth = 1
    }
  }

  mutating func endObject(at offset: Int) throws(WireError) {
    if ignoredDepth > 0 {
      ignoredDepth -= 1
      return
    }
    if place == .entry {
      place = .files
      if entryIsTooLong {
        parts.leaveOutEntry()
      } else {
        try parts.appendEntry(entryFields, limit: limits.replyEntries)
      }
    } else {
      try checkSize(at: offset + 1)
      let message = parts.message(raw: capture.end(at: offset, limit: limits.gossipBytes))
      reset(at: offset)
      // Inside an array there cannot be raw bytes.
      if case .fileData(let data) = message, !insideWrapper { rawLength = data.raw?.length }
      hasMessage = true
      try sink.message(message)
    }
  }

  mutating func beginArray() throws(WireError) {
    if ignoredDepth > 0 {
      ignoredDepth += 1
    } else if place == .outside {
      place = .wrapper
      insideWrapper = true
    } else if place == .message, member == .files {
      place = .files
      parts.removeEntries()
    } else if place == .message, let member, member.isList {
      place = .list
      parts.beginList(member)
    } else {
      ignoredDepth = 1
    }
  }

  mutating func endArray() throws(WireError) {
    if ignoredDepth > 0 {
      ignoredDepth -= 1
    } else if place == .files || place == .list {
      place = .message
    } else {
      place = .outside
      insideWrapper = false
    }
  }

  private mutating func reset(at offset: Int) {
    messageStart = offset
    place = insideWrapper ? .wrapper : .outside
    parts.removeAll()
    dataBytes = 0
    member = nil
  }

  // MARK: Scalars

  mutating func beginString(isKey: Bool) throws(WireError) {
    text.removeAll(keepingCapacity: true)
    if place == .list, ignoredDepth == 0, !isKey {
      use = .listItem
    } else if ignoredDepth > 0 || (place != .message && place != .entry) {
      use = .ignored
    } else if isKey {
      use = .key
    } else if let member {
      use = try stringUse(of: member)
    } else {
      use = .ignored
    }
  }

  private mutating func stringUse(of member: MessageField) throws(WireError) -> StringUse {
    guard member == .data else { return .value(member) }
    guard place == .message, parts.fields[.type].isNull || parts.type == .fileData else {
      return .ignored
    }
    if parts.hasData { throw .malformed("a second data", at: messageStart) }
    return .dataStart
  }

  mutating func stringRun(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    switch use {
    case .ignored: return
    case .key: text.append(contentsOf: bytes.prefix(MessageField.longestName + 1 - text.count))
    case .value, .listItem:
      // Every byte may be written as an escape.
      guard text.count + bytes.count <= 6 * limits.textBytes else { return try refuseText() }
      text.append(contentsOf: bytes)
    case .dataStart:
      dataBytes += bytes.count
      let held = bytes.prefix(5 - text.count)
      text.append(contentsOf: held)
      if text.count == 5 {
        try flushDataStart()
        try sink.data(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(held.count)))
      }
    case .data:
      dataBytes += bytes.count
      try sink.data(bytes)
    }
  }

  /// What was held back has turned out to be data.
  private mutating func flushDataStart() throws(WireError) {
    use = .data
    parts.hasData = true
    try sink.dataBegan(of: parts.fields.fileID)
    let start = text
    try start.span.withUnsafeBytes { (raw) throws(WireError) in try sink.data(raw) }
  }

  mutating func stringEscape(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    switch use {
    case .dataStart, .data:
      let plain = Array(JSONString.decode(raw: bytes).utf8)
      dataBytes += bytes.count - plain.count
      try plain.span.withUnsafeBytes { (raw) throws(WireError) in try stringRun(raw) }
    default: try stringRun(bytes)
    }
  }

  mutating func endString() throws(WireError) {
    switch use {
    case .ignored, .data: return
    case .key: member = MessageField(name: text)
    case .value(let field): try setText(field)
    case .listItem:
      if let member { try parts.appendText(text, to: member, limit: limits.listItems) }
    case .dataStart:
      if !Self.saysNull(text) { try flushDataStart() }
    }
  }

  /// The bound is of a text's meaning, not of how it is written: whoever takes one in writes it in ASCII, up to six
  /// times as long, and must be understood by others of the same bound.
  private mutating func setText(_ field: MessageField) throws(WireError) {
    let value = Lexeme(stringContents: text)
    // A byte that is no UTF-8 becomes U+FFFD, of three bytes.
    guard text.count <= limits.textBytes / 3 || value.text.utf8.count <= limits.textBytes else {
      return try refuseText()
    }
    set(field, value)
  }

  /// A peer lists what others have given it: one that was made to be refused costs no others.
  private mutating func refuseText() throws(WireError) {
    guard place == .entry else { throw .tooLarge("a text", limit: limits.textBytes) }
    entryIsTooLong = true
    use = .ignored
  }

  /// Some peers say "I do not have it" with the text `null` (PROTOCOL.md, "Messages": FILE_DATA).
  private static func saysNull(_ text: [UInt8]) -> Bool {
    text.elementsEqual("null".utf8) || text.elementsEqual("None".utf8)
  }

  mutating func scalar(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    guard ignoredDepth == 0, place == .message || place == .entry, let member else { return }
    set(member, Lexeme(json: String(decoding: bytes, as: UTF8.self)))
  }

  private mutating func set(_ field: MessageField, _ value: Lexeme) {
    if place == .entry { entryFields[field] = value } else { parts.fields[field] = value }
  }
}
