import PeerCore

/// A peer that lies, floods, and breaks every rule that it can.
final class Stranger {
  let id: PeerID
  let address: String
  let endpoint: Endpoint
  private unowned let world: World
  /// The gossip of others, to be sent again.
  private var heard: [[UInt8]] = []
  /// Connections on which it hardly reads.
  private var hoarded: [Connection] = []

  init(_ number: Int, in world: World) {
    self.world = world
    id = PeerID("stranger \(number)")
    address = "10.9.0.\(1 + number)"
    endpoint = Endpoint(host: address, port: 9_000)
  }

  func begin() {
    world.network.listen(at: address, endpoint.port) { [unowned self] connection in
      connection.attach(StrangerEnd(self, connection, world), at: .listener)
    }
    act()
  }

  func leave() {
    world.network.stopListening(at: address, endpoint.port, silently: true)
    for connection in hoarded { connection.abandon(from: .dialer) }
    hoarded = []
  }

  private func act() {
    world.schedule.after(Int64(world.pick(200...5_000))) { [weak self] in
      guard let self, self.world.isChaotic else { return }
      if let victim = self.world.pick(from: self.world.machines) { self.harm(victim) }
      self.act()
    }
  }

  private func harm(_ victim: Machine) {
    switch world.pick(0...14) {
    case 0: flood(victim)
    case 1: repeatGossip(victim)
    case 2: resurrect(victim)
    case 3: spoofDelete(victim)
    case 4: stealID(victim)
    case 5: sendJunk(victim)
    case 6: pushUnasked(victim)
    case 7: nameThirdParty(victim)
    case 8...9: describeDifferently(victim)
    case 10...11: takeName(victim)
    case 12: hoardSlots(victim)
    default: send(gossip(world.uuid), to: victim)
    }
  }

  // MARK: Sending

  func send(_ bytes: [UInt8], to victim: Machine) { send(bytes, to: victim.endpoint) }

  func send(_ bytes: [UInt8], to endpoint: Endpoint) {
    world.network.dial(from: address, to: endpoint) { connection, _ in
      guard let connection else { return }
      connection.attach(Sink(connection), at: .dialer)
      connection.write(bytes, from: .dialer)
      connection.end(from: .dialer)
    }
  }

  private final class Sink: ConnectionEnd {
    private unowned let connection: Connection
    let reads: Bool

    init(_ connection: Connection, reads: Bool = true) {
      self.connection = connection
      self.reads = reads
    }

    func received(_ bytes: [UInt8]) {}
    func ended() { connection.close(from: .dialer) }
    func broke(_ why: String) {}
  }

  private func gossip(_ number: String) -> [UInt8] {
    MessageEncoder.gossip(from: endpoint, peerID: id, id: number)
  }

  /// What it claims to hold: files that there are, files that were deleted, and files that never existed.
  func claims() -> [FileEntry] {
    world.truth.order.compactMap { id in
      guard world.chance(1, in: 3), let file = world.truth.files[id] else { return nil }
      if file.isDeleted { world.faults.note(.resurrection) }
      return file.entry
    } + (0..<world.pick(0...2)).map { _ in inventedFile() }
  }

  private func inventedFile() -> FileEntry {
    world.faults.note(.lie)
    let id = Content.id(Content.random(8, &world.random))
    return FileEntry(id: id, name: "../\u{1B}[2J", owner: id.short, timestamp: Lexeme(text: "yesterday"))
  }

  func reply(to other: Endpoint) {
    send(MessageEncoder.gossipReply(from: endpoint, peerID: id, files: claims()), to: other)
  }

  // MARK: Harm

  private func flood(_ victim: Machine) {
    world.faults.note(.flood)
    for _ in 0..<world.pick(20...150) { send(gossip(world.uuid), to: victim) }
  }

  func hear(_ gossip: Gossip) {
    heard.append(gossip.raw)
    if heard.count > 20 { heard.removeFirst() }
    if world.chance(2, in: 3) { reply(to: gossip.origin) }
  }

  private func repeatGossip(_ victim: Machine) {
    guard let old = world.pick(from: heard) else { return }
    world.faults.note(.repeatedID)
    for _ in 0..<world.pick(1...10) { send(old, to: victim) }
  }

  private func resurrect(_ victim: Machine) {
    let deleted = world.truth.order.filter { world.truth.files[$0]?.isDoubtful == true }
    guard let file = world.pick(from: deleted).flatMap({ world.truth.files[$0] }) else { return }
    world.faults.note(.resurrection)
    send(
      world.chance(1, in: 2)
        ? MessageEncoder.announce(from: id, file: file.entry) : Content.hexMessage(file.entry, file.bytes),
      to: victim)
  }

  private func spoofDelete(_ victim: Machine) {
    guard let file = world.pick(from: world.truth.order).flatMap({ world.truth.files[$0] }) else { return }
    world.faults.note(.spoofedDelete)
    send(MessageEncoder.delete(from: PeerID(file.entry.owner), file: file.entry.id), to: victim)
  }

  private func stealID(_ victim: Machine) {
    guard let other = world.pick(from: world.machines) else { return }
    world.faults.note(.stolenID)
    send(MessageEncoder.gossip(from: endpoint, peerID: other.id, id: world.uuid), to: victim)
  }

  /// Answers in the name of a file's owner, who is then believed to be here, and deletes the file.
  private func takeName(_ victim: Machine) {
    guard let file = world.pick(from: world.truth.order).flatMap({ world.truth.files[$0] }) else { return }
    world.faults.note(.takenName)
    let owner = PeerID(file.entry.owner)
    let claim = MessageEncoder.gossipReply(from: endpoint, peerID: owner, files: claims())
    send(claim + MessageEncoder.delete(from: owner, file: file.entry.id), to: victim)
    guard world.chance(1, in: 2) else { return }
    // Again, after the owner may have answered.
    world.schedule.after(Int64(world.pick(1_000...70_000))) { [weak self] in
      guard let self, self.world.isChaotic else { return }
      self.send(claim, to: victim)
      self.send(MessageEncoder.delete(from: owner, file: file.entry.id), to: victim)
    }
  }

  /// Asks for one file on many connections, and hardly reads from any of them.
  private func hoardSlots(_ victim: Machine) {
    let here = victim.process?.state.records.lazy.map(\.record).filter { $0.copy != nil } ?? []
    guard let file = here.max(by: { ($0.copy?.size ?? 0) < ($1.copy?.size ?? 0) })?.entry.id else { return }
    world.faults.note(.hoardedSlots)
    for _ in 0..<world.pick(5...30) {
      world.network.dial(from: address, to: victim.endpoint) { [weak self] connection, _ in
        guard let self, let connection else { return }
        connection.attach(Sink(connection, reads: false), at: .dialer)
        guard self.world.isChaotic else { return connection.abandon(from: .dialer) }
        self.hoarded.append(connection)
        connection.write(MessageEncoder.getFile(file), from: .dialer)
      }
    }
  }

  private func sendJunk(_ victim: Machine) {
    world.faults.note(.junk)
    let whole = gossip(world.uuid)
    let junk: [[UInt8]] = [
      Content.random(world.pick(1...300), &world.random),
      Array(whole.prefix(world.pick(1...whole.count))),
      [UInt8](repeating: UInt8(ascii: "["), count: 100),
      Array(#"{"type": "GOSSIP", "host": 7, "port": "x", "peerId": null}"#.utf8),
      Array(
        #"{"type": "GOSSIP_REPLY", "host": "\#(address)", "port": 9000, "peerId": "\#(id.text)", "files": {}}"#
          .utf8),
      Array(#"{"type": "FILE_DATA", "data": "0g"}"#.utf8),
      Array(#"{"type": "NONSENSE"}"#.utf8) + whole,
    ]
    if let bytes = world.pick(from: junk) { send(bytes, to: victim) }
  }

  private func pushUnasked(_ victim: Machine) {
    guard let file = world.pick(from: world.truth.order).flatMap({ world.truth.files[$0] }),
      file.bytes.count < 100_000
    else { return }
    world.faults.note(.unaskedFile)
    var bytes = file.bytes
    if world.chance(1, in: 2) { bytes += [0] }
    send(Content.hexMessage(file.entry, bytes), to: victim)
  }

  private func nameThirdParty(_ victim: Machine) {
    world.faults.note(.thirdParty)
    let target = world.pick(from: world.machines)?.endpoint ?? endpoint
    let nowhere = Endpoint(host: "nowhere\(world.pick(0...99)).example", port: 9_000)
    let origin = world.chance(1, in: 2) ? target : nowhere
    send(
      MessageEncoder.gossip(from: origin, peerID: PeerID("ghost \(world.pick(0...9))"), id: world.uuid),
      to: victim)
  }

  private func describeDifferently(_ victim: Machine) {
    guard var entry = world.pick(from: world.truth.order).flatMap({ world.truth.files[$0]?.entry }) else {
      return
    }
    world.faults.note(.lie)
    switch world.pick(0...4) {
    case 0: entry.name = "other name"
    case 1: entry.owner = "nobody"
    case 2: entry.timestamp = Lexeme(7)
    case 3: entry.sizeBytes = UInt64(world.pick(0...1_000_000_000))
    default: break
    }
    // That somebody else holds it may be a lie as well.
    let holder = world.chance(1, in: 2) ? id : world.pick(from: world.machines)?.id ?? id
    send(MessageEncoder.announce(from: holder, file: entry), to: victim)
  }
}

/// A connection to a stranger: it answers, but not always, and not always the truth.
private final class StrangerEnd: ConnectionEnd {
  private unowned let stranger: Stranger
  private unowned let connection: Connection
  private unowned let world: World
  private lazy var reader = WireReader(world.limits, nil)

  init(_ stranger: Stranger, _ connection: Connection, _ world: World) {
    self.stranger = stranger
    self.connection = connection
    self.world = world
  }

  func received(_ bytes: [UInt8]) {
    guard let messages = try? reader.read(bytes) else { return connection.abandon(from: .listener) }
    for message in messages {
      switch message {
      case .gossip(let gossip): stranger.hear(gossip)
      case .getFile(let request): give(request)
      case .getBlocks(let request): giveBlocks(request)
      default: break
      }
    }
  }

  func ended() { connection.close(from: .listener) }
  func broke(_ why: String) {}

  private func give(_ request: GetFile) {
    guard let id = request.file, let file = world.truth.files[id] else {
      return connection.write(MessageEncoder.fileNotFound, from: .listener)
    }
    let size = UInt64(file.bytes.count)
    var bytes = file.bytes
    world.faults.note(.wrongBytes)
    switch world.pick(0...6) {
    case 0: return connection.write(MessageEncoder.fileNotFound, from: .listener)
    // Keeps its reader waiting.
    case 1: return
    case 2: bytes = Array(bytes.dropLast(1 + bytes.count / 3))
    case 3: bytes += [1, 2, 3]
    case 4, 5: if !bytes.isEmpty { bytes[world.pick(0...(bytes.count - 1))] ^= 1 }
    default: break
    }
    guard request.acceptsRaw, world.chance(3, in: 4), let part = request.part(ofSize: size) else {
      connection.write(Content.hexMessage(file.entry, bytes), from: .listener)
      return connection.close(from: .listener)
    }
    connection.write(MessageEncoder.fileData(file.entry, raw: part), from: .listener)
    let range =
      Int(min(part.offset, UInt64(bytes.count)))..<Int(min(part.range.upperBound, UInt64(bytes.count)))
    connection.write(Array(bytes[range]), from: .listener)
    if bytes.count < file.bytes.count { connection.close(from: .listener) }
  }

  private func giveBlocks(_ request: GetBlocks) {
    guard let id = request.file, let bytes = world.truth.files[id]?.bytes, let list = Content.blockList(bytes)
    else { return connection.write(MessageEncoder.blocksNotFound, from: .listener) }
    var hashes = list.hashes
    world.faults.note(.wrongBlocks)
    if !hashes.isEmpty { hashes[world.pick(0...(hashes.count - 1))] = id }
    guard let wrong = BlockList(size: list.size, hashes: hashes) else { return }
    connection.write(MessageEncoder.blocks(id, wrong), from: .listener)
  }
}

extension World {
  /// The id of a new gossip.
  var uuid: String { random.uuid() }
}
