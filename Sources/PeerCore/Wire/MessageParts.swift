/// The members of one message that have come so far, and the message that they make up.
struct MessageParts {
  /// Members with a single value.
  var fields = MessageFields()
  /// Whether a `data` of hex text has come.
  var hasData = false
  private var entries: [FileEntry] = []
  private var entryBytes = 0
  private var unusableEntries = 0
  /// The texts of lists, by member.
  private var lists: [MessageField: [String]] = [:]
  private var listBytes = 0

  /// As far as it is known: the `type` may be yet to come.
  var type: MessageType? { fields.text(.type).flatMap(MessageType.init) }

  /// Bytes of memory that they take up, about.
  var heldBytes: Int { fields.bytes + entryBytes + listBytes }

  mutating func removeAll() {
    fields.removeAll()
    hasData = false
    removeEntries()
    lists = [:]
    listBytes = 0
  }

  // MARK: Lists

  /// Also where a list of files begins anew: of repeated members the last counts.
  mutating func removeEntries() {
    entries = []
    entryBytes = 0
    unusableEntries = 0
  }

  /// - Throws: `WireError.tooLarge` if there are more than `limit`.
  mutating func appendEntry(_ members: MessageFields, limit: Int) throws(WireError) {
    guard let entry = members.fileEntry else { return leaveOutEntry() }
    guard entries.count < limit else {
      throw .tooLarge("the number of files in a message", limit: limit)
    }
    entries.append(entry)
    entryBytes += MemoryLayout<FileEntry>.stride + members.bytes
  }

  /// It counts as one that could not be used.
  mutating func leaveOutEntry() { unusableEntries += 1 }

  mutating func beginList(_ member: MessageField) { lists[member] = [] }

  /// - Parameter raw: what stood between the quotes.
  /// - Throws: `WireError.tooLarge` if there are more than `limit`.
  mutating func appendText(_ raw: [UInt8], to member: MessageField, limit: Int) throws(WireError) {
    guard let count = lists[member]?.count else { return }
    guard count < limit else {
      throw .tooLarge("the number of texts in a list", limit: limit)
    }
    lists[member]?.append(JSONString.decode(raw: raw))
    listBytes += raw.count + MemoryLayout<String>.stride
  }

  // MARK: Messages

  /// - Parameter raw: the object as it came; kept only where it may have been a GOSSIP.
  func message(raw: [UInt8]?) -> Message {
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
