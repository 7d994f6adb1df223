import PeerCore

/// What has to hold for any bytes that a connection may bring, sensible or not. The fuzzer looks for bytes
/// for which it does not; those that it found, and good examples, lie in `Tests/Corpus`.
public enum WireProperties {
  /// Where the bytes are split in two.
  public enum Splits { case everywhere, atSomePlaces }

  /// What does not hold for these bytes; `nil` if all is well.
  public static func broken(by bytes: [UInt8], splits: Splits) -> String? {
    let whole = Reading(of: [bytes[...]])
    if whole != Reading(of: bytes.indices.map { bytes[$0...$0] }) {
      return "read byte by byte it says something else"
    }
    for place in places(bytes, splits) {
      if whole != Reading(of: [bytes[..<place], bytes[place...]]) {
        return "split at \(place) it says something else"
      }
    }
    for message in whole.messages {
      if let broken = brokenRoundTrip(message) { return "\(message.typeName): \(broken)" }
    }
    return brokenImport(bytes) ?? brokenState(whole.messages)
  }

  private static func places(_ bytes: [UInt8], _ splits: Splits) -> any Sequence<Int> {
    switch splits {
    case .everywhere: return bytes.indices
    case .atSomePlaces:
      var state = bytes.reduce(UInt64(bytes.count)) { $0 &* 31 &+ UInt64($1) }
      return (0..<min(8, bytes.count)).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bytes.count
      }
    }
  }

  /// A message that is read, written and read again stays what it was.
  private static func brokenRoundTrip(_ message: Message) -> String? {
    switch message {
    case .gossip(let gossip):
      if Reading(of: [gossip.raw[...]]).messages != [message] { return "forwarded it is another message" }
    case .gossipReply(let reply):
      let bytes = MessageEncoder.gossipReply(from: reply.origin, peerID: reply.peerID, files: reply.files)
      guard case .gossipReply(let again)? = Reading(of: [bytes[...]]).onlyMessage else { return "lost" }
      if again.origin != reply.origin || again.peerID != reply.peerID { return "another origin" }
      if again.files.map(Essence.init) != reply.files.map(Essence.init) { return "other files" }
    case .announce(let announce):
      guard let from = announce.from else { return nil }
      let bytes = MessageEncoder.announce(from: from, file: announce.file)
      guard case .announce(let again)? = Reading(of: [bytes[...]]).onlyMessage else { return "lost" }
      if again.from != from || Essence(again.file) != Essence(announce.file) { return "changed" }
    case .delete(let delete):
      let bytes = MessageEncoder.delete(from: delete.from, file: delete.file)
      if Reading(of: [bytes[...]]).messages != [message] { return "changed" }
    case .blocks(let blocks):
      guard let file = blocks.file, let list = blocks.list else { return nil }
      let bytes = MessageEncoder.blocks(file, list)
      if Reading(of: [bytes[...]]).messages != [message] { return "changed" }
    case .getFile, .fileData, .getBlocks, .unknown, .invalid: break
    }
    return nil
  }

  /// The same bytes as a `metadata.json`: no entry without a usable text of its own.
  private static func brokenImport(_ bytes: [UInt8]) -> String? {
    guard let entries = try? MetadataFile.entries(in: bytes) else { return nil }
    return entries.count > bytes.count ? "more entries than bytes" : nil
  }

  /// The core takes in whatever the decoder lets through, and what it sends can be read.
  private static func brokenState(_ messages: [Message]) -> String? {
    let here = Endpoint(host: "10.0.0.1", port: 8000)
    var state = PeerState(
      me: PeerState.Identity(peerID: PeerID("me"), endpoint: here, addresses: ["10.0.0.1"]),
      settings: Settings(), seed: 1)
    var effects = state.step(.started, at: Moment(uptime: 1, wall: 1))
    for (number, message) in messages.enumerated() {
      let time = Moment(uptime: Int64(2 + 10 * number), wall: Int64(2 + 10 * number))
      effects += state.step(.received(message, from: "10.0.0.2", on: ConnectionID(UInt64(number))), at: time)
    }
    for case .send(let bytes, _, _) in effects {
      let reading = Reading(of: [bytes[...]])
      if reading.error != nil || reading.messages.isEmpty { return "what is sent then cannot be read" }
    }
    return nil
  }
}

/// What others are told of a file; its size is only a hint, and is written anew.
private struct Essence: Equatable {
  let id: FileID, name: String, owner: String, timestamp: String

  init(_ entry: FileEntry) {
    id = entry.id
    name = entry.name
    owner = entry.owner
    timestamp = entry.timestamp.text
  }
}
