/// Assembles messages from tokens.
struct MessageBuilder<Sink: MessageSink>: JSONTokenHandler {
  /// Where in a message the innermost open container is.
  private enum Place {
    case outside, wrapper, message, files, entry, list
  }

  /// What becomes of the string being read.
  private enum StringUse {
    case ignored
    case key
    case value(MessageField)
    case listItem
    /// The first bytes of `data`, until it is known that it isn't the text `null`.
    case dataStart
    case data
  }

  let limits: Limits
  var sink: Sink
  private var place = Place.outside
  private var insideWrapper = false
  /// Open containers of which nothing is wanted.
  private var ignoredDepth = 0
  private var use = StringUse.ignored
  private var text: [UInt8] = []
  private var member: MessageField?
  private var fields = MessageFields()
  private var entryFields = MessageFields()
  /// One of its texts is too long: it is left out, and the others of its list are not.
  private var entryIsTooLong = false
  private var entries: [FileEntry] = []
  private var entryBytes = 0
  private var unusableEntries = 0
  /// The texts of lists, by member.
  private var lists: [MessageField: [String]] = [:]
  private var listBytes = 0
  private var hasData = false
  /// Where the message being read began, or the one before it ended.
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

  var heldBytes: Int { fields.bytes + entryBytes + listBytes + text.count }

  /// Raw bytes follow, or what is not to be read yet.
  var isSatisfied: Bool { rawLength != nil || stopsAfterMessage && hasMessage }

  /// Whether there was a message since this was asked last.
  mutating func takeHasMessage() -> Bool {
    defer { hasMessage = false }
    return hasMessage
  }

  /// Bytes that follow the last message raw, instead of further messages; taken once.
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

  /// Also bounds what stands between messages, or beside them in an array.
  private func checkSize(at offset: Int) throws(WireError) {
    guard offset - messageStart - dataBytes > smallestLimit else { return }
    let (limit, what) =
      switch type {
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
      try endEntry()
    } else {
      try checkSize(at: offset + 1)
      let message = message(raw: capture.end(at: offset, limit: limits.gossipBytes))
      reset(at: offset)
      // An array cannot be left open for raw bytes.
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
      entries.removeAll()
      entryBytes = 0
      unusableEntries = 0
    } else if place == .message, let member, member.isList {
      place = .list
      lists[member] = []
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

  private mutating func endEntry() throws(WireError) {
    guard !entryIsTooLong, let entry = entryFields.fileEntry else {
      unusableEntries += 1
      return
    }
    guard entries.count < limits.replyEntries else {
      throw .tooLarge("the number of files in a message", limit: limits.replyEntries)
    }
    entries.append(entry)
    entryBytes += MemoryLayout<FileEntry>.stride + entryFields.bytes
  }

  private mutating func reset(at offset: Int) {
    messageStart = offset
    place = insideWrapper ? .wrapper : .outside
    fields.removeAll()
    entries = []
    entryBytes = 0
    unusableEntries = 0
    lists = [:]
    listBytes = 0
    hasData = false
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
    guard place == .message, fields[.type].isNull || type == .fileData else {
      return .ignored
    }
    if hasData { throw .malformed("a second data", at: messageStart) }
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

  /// What was held back turns out to be data.
  private mutating func flushDataStart() throws(WireError) {
    use = .data
    hasData = true
    try sink.dataBegan(of: fields.fileID)
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
    case .listItem: try endListItem()
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

  private mutating func endListItem() throws(WireError) {
    guard let member, let count = lists[member]?.count else { return }
    guard count < limits.listItems else {
      throw .tooLarge("the number of texts in a list", limit: limits.listItems)
    }
    lists[member]?.append(JSONString.decode(raw: text))
    listBytes += text.count + MemoryLayout<String>.stride
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
    if place == .entry { entryFields[field] = value } else { fields[field] = value }
  }

  // MARK: Messages

  private var type: MessageType? { fields.text(.type).flatMap(MessageType.init) }

  private func message(raw: [UInt8]?) -> Message {
    switch type {
    case .gossip:
      guard let origin = fields.endpoint else { return noEndpoint(.gossip) }
      return .gossip(
        Gossip(
          origin: origin, peerID: fields.peerID(at: origin), id: fields.text(.id), features: features,
          raw: JSONString.oneLine(raw ?? [])))
    case .gossipReply:
      guard let origin = fields.endpoint else { return noEndpoint(.gossipReply) }
      return .gossipReply(
        GossipReply(
          origin: origin, peerID: fields.peerID(at: origin), files: entries, features: features,
          unusable: unusableEntries))
    case .announce:
      guard let file = fields.fileEntry else { return noFileID(.announce) }
      return .announce(Announce(from: fields.text(.from).map(PeerID.init), file: file))
    case .getFile:
      return .getFile(
        GetFile(
          file: fields.fileID, acceptsRaw: lists[.accept]?.contains("raw") == true,
          offset: fields[.offset].unsigned ?? 0, length: fields[.length].unsigned))
    case .getBlocks: return .getBlocks(GetBlocks(file: fields.fileID))
    case .blocks: return .blocks(Blocks(file: fields.fileID, list: blockList))
    case .fileData:
      return .fileData(
        FileData(
          id: fields.fileID, name: fields.text(.fileName) ?? "", owner: fields.text(.fileOwner) ?? "",
          timestamp: fields[.fileTimestamp], size: fields[.fileSize], hasData: hasData, raw: rawPart))
    case .delete:
      guard let file = fields.fileID else { return noFileID(.delete) }
      guard let from = fields.text(.from) else { return .invalid(type: .delete, why: "no from") }
      return .delete(Delete(from: PeerID(from), file: file))
    case nil: return .unknown(type: fields.text(.type))
    }
  }

  private var features: Features { Features(names: lists[.features] ?? []) }

  private var rawPart: RawPart? {
    guard !hasData, fields.text(.encoding) == "raw", let offset = fields[.offset].unsigned,
      let length = fields[.length].unsigned, let size = fields[.size].unsigned
    else { return nil }
    return RawPart(offset: offset, length: length, size: size)
  }

  private var blockList: BlockList? {
    guard let size = fields[.size].unsigned, fields[.blockSize].unsigned == BlockList.blockSize,
      let texts = lists[.hashes]
    else { return nil }
    let hashes = texts.compactMap { FileID(hex: $0) }
    return hashes.count == texts.count ? BlockList(size: size, hashes: hashes) : nil
  }

  private func noEndpoint(_ type: MessageType) -> Message {
    .invalid(type: type, why: "no usable host and port")
  }

  private func noFileID(_ type: MessageType) -> Message { .invalid(type: type, why: "no usable file_id") }
}
