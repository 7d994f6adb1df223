import Testing

@testable import PeerCore

/// A peer without the world: virtual time, and what it wanted done.
///
/// It steps exactly when `nextDeadline` asks for it, and after each step its tables must agree.
struct Peer {
  static let id = PeerID("me")
  static let endpoint = Endpoint(host: "10.0.0.1", port: 8000)
  static let epoch: Int64 = 1_744_170_000_000

  var state: PeerState
  private(set) var uptime: Int64 = 5_000_000
  /// Everything since the last `forgetEffects`.
  private(set) var effects: [Effect] = []
  private var numbers: UInt64 = 0
  /// What storage finds of a download that begins; most begin with nothing.
  var leftBehind: [FileID: (size: UInt64?, here: RangeSet<UInt64>)] = [:]

  /// Started, and by default with nobody to greet and nothing to fetch by itself.
  init(
    limits: Limits = Limits(), files: [StoredFile] = [], tombstones: [Tombstone] = [],
    wanted: [WantedFile] = [], seed: UInt64 = 1,
    _ configure: (inout Settings) -> Void = { _ in }
  ) {
    var settings = Settings()
    settings.bootstrap = []
    settings.autoFetch = 0
    configure(&settings)
    state = PeerState(
      me: PeerState.Identity(peerID: Self.id, endpoint: Self.endpoint, addresses: ["10.0.0.1", "127.0.0.1"]),
      settings: settings, limits: limits,
      remembered: Remembered(files: files, tombstones: tombstones, wanted: wanted), seed: seed)
    happen(.started)
  }

  var moment: Moment { Moment(uptime: uptime, wall: Self.epoch + uptime) }

  // MARK: Time and events

  /// Partial files are opened at once.
  @discardableResult
  mutating func happen(_ event: Event, sourceLocation: SourceLocation = #_sourceLocation) -> [Effect] {
    var new = state.step(event, at: moment)
    for case .open(let file) in new {
      let left = leftBehind[file]
      new += state.step(.opened(file, size: left?.size, here: left?.here ?? RangeSet()), at: moment)
    }
    effects += new
    if let broken = state.brokenInvariant { Issue.record("\(broken)", sourceLocation: sourceLocation) }
    if state.nextDeadline <= uptime {
      Issue.record("the next deadline has passed", sourceLocation: sourceLocation)
    }
    return new
  }

  /// Lets time pass, in milliseconds.
  @discardableResult
  mutating func wait(_ time: Int64, sourceLocation: SourceLocation = #_sourceLocation) -> [Effect] {
    let end = uptime + time
    var new: [Effect] = []
    while uptime < end {
      uptime = max(uptime + 1, min(end, state.nextDeadline))
      new += happen(.tick, sourceLocation: sourceLocation)
    }
    return new
  }

  mutating func forgetEffects() { effects = [] }

  mutating func number() -> UInt64 {
    numbers += 1
    return numbers
  }

  // MARK: What others say

  @discardableResult
  mutating func hear(_ message: Message, from address: String = "10.9.9.9") -> [Effect] {
    happen(.received(message, from: address, on: ConnectionID(number())))
  }

  @discardableResult
  mutating func gossip(_ other: Other, id: String? = nil, raw: String = "raw") -> [Effect] {
    let id = id ?? "gossip \(number())"
    return hear(
      .gossip(Gossip(origin: other.endpoint, peerID: other.id, id: id, raw: Array(raw.utf8))),
      from: other.endpoint.host)
  }

  /// A GOSSIP_REPLY with the other's whole list.
  @discardableResult
  mutating func reply(_ other: Other, _ files: [FileEntry] = [], features: Features = []) -> [Effect] {
    hear(
      .gossipReply(
        GossipReply(origin: other.endpoint, peerID: other.id, files: files, features: features)),
      from: other.endpoint.host)
  }

  @discardableResult
  mutating func announce(_ from: PeerID?, _ file: FileEntry) -> [Effect] {
    hear(.announce(Announce(from: from, file: file)))
  }

  @discardableResult
  mutating func delete(_ file: FileEntry, by from: PeerID, at address: String) -> [Effect] {
    hear(.delete(Delete(from: from, file: file.id)), from: address)
  }

  @discardableResult
  mutating func request(_ file: FileID?, from address: String = "10.9.9.9") -> [Effect] {
    hear(.getFile(GetFile(file: file)), from: address)
  }

  /// A whole FILE_DATA that nobody asked for.
  @discardableResult
  mutating func push(_ file: FileEntry, size: UInt64 = 17, verifies: Bool = true) -> [Effect] {
    happen(.pushed(received(file, size: size, verifies: verifies), from: "10.9.9.9"))
  }

  // MARK: What the shell does

  func has(_ file: FileEntry) -> Bool { state.catalogue[file.id]?.copy != nil }

  mutating func received(
    _ file: FileEntry, size: UInt64 = 17, verifies: Bool = true, timestamp: Lexeme? = nil
  ) -> ReceivedFile {
    ReceivedFile(
      arrival: ArrivalID(number()),
      data: FileData(
        id: file.id, name: file.name, owner: file.owner, timestamp: file.timestamp, size: file.size,
        hasData: true),
      size: size,
      digests: [
        ReceivedFile.Digest(timestamp: timestamp ?? file.timestamp, id: verifies ? file.id : FileID(666))
      ])
  }

  /// A command's reply.
  mutating func command(_ command: Command) -> CommandReply? {
    let request = RequestID(number())
    return happen(.command(command, request: request)).compactMap {
      if case .answer(request, let reply, _) = $0 { reply } else { nil }
    }.last
  }

  /// Shares a file of ours.
  @discardableResult
  mutating func share(_ file: FileEntry) -> [Effect] {
    happen(.imported(RequestID(number()), file, copy(file)))
  }

  func copy(_ file: FileEntry, size: UInt64 = 17) -> LocalCopy {
    LocalCopy(storedName: file.name, size: size, modified: 0)
  }

  /// Lets the file of the last `keep` be in place.
  @discardableResult
  mutating func keepArrived() -> [Effect] {
    guard let (arrival, entry) = effects.keeps.last else { return [] }
    return happen(.kept(arrival, copy(entry)))
  }

  /// Lets the last `fetch` bring its part, by default all of a file of 17 bytes.
  @discardableResult
  mutating func finishFetch(of file: FileEntry, end: UInt64 = 17, timestamp: Lexeme? = nil) -> [Effect] {
    guard let fetch = effects.fetches.last else { return [] }
    return finish(fetch, of: file, end: end, timestamp: timestamp)
  }

  @discardableResult
  mutating func finish(
    _ fetch: Effect.Fetch, of file: FileEntry, end: UInt64, timestamp: Lexeme? = nil
  ) -> [Effect] {
    var data = FileData(
      id: file.id, name: file.name, owner: file.owner, timestamp: timestamp ?? file.timestamp,
      size: file.size, hasData: true)
    if fetch.features.contains(.raw) {
      data.hasData = false
      data.raw = RawPart(
        offset: fetch.start, length: end - fetch.start, size: max(end, fetch.size ?? end))
    }
    return happen(.fetched(fetch.attempt, data, end: end))
  }

  /// Lets a download whose bytes are all there be hashed.
  @discardableResult
  mutating func verify(
    _ file: FileEntry, size: UInt64 = 17, verifies: Bool = true, timestamp: Lexeme? = nil
  ) -> [Effect] {
    happen(.verified(file.id, received(file, size: size, verifies: verifies, timestamp: timestamp)))
  }

  /// Lets the last `fetch` succeed and be kept.
  mutating func completeFetch(of file: FileEntry) {
    finishFetch(of: file)
    verify(file)
    keepArrived()
  }

  @discardableResult
  mutating func failFetch(_ failure: TransferFailure = .truncated) -> [Effect] {
    guard let fetch = effects.fetches.last else { return [] }
    return happen(.fetchFailed(fetch.attempt, failure))
  }

  // MARK: What is seen

  var peers: [PeerView] { snapshot.peers }
  var transfers: [TransferView] { snapshot.transfers }

  var snapshot: Snapshot {
    state.snapshot(
      me: LocalPeer(peerID: Self.id, endpoint: Self.endpoint, version: "0", started: 0, filesPath: "/"),
      revision: 0, log: [])
  }

  func tracks(_ other: Other) -> Bool {
    peers.contains { $0.id == other.id && $0.endpoint == other.endpoint }
  }

  func record(_ file: FileEntry) -> FileRecord? { state.catalogue[file.id] }

  /// Who is said to hold a file.
  func holders(_ file: FileEntry) -> [PeerID] {
    (record(file)?.holders ?? []).compactMap { state.membership[$0]?.id }
  }
}

extension Limits {
  /// The usual bounds but for some.
  init(_ change: (inout Limits) -> Void) {
    self.init()
    change(&self)
  }
}

/// Another peer of the network.
struct Other: Equatable {
  var id: PeerID
  var endpoint: Endpoint

  init(_ number: Int) {
    id = PeerID("peer \(number)")
    endpoint = Endpoint(host: "10.1.\(number / 256).\(number % 256)", port: 9000)
  }

  init(id: String, at endpoint: String) {
    self.id = PeerID(id)
    self.endpoint = Endpoint(parsing: endpoint)!
  }

  /// A file that it owns.
  func file(_ number: Int) -> FileEntry { .file(number, owner: id) }
}

extension FileEntry {
  static func file(_ number: Int, owner: PeerID = PeerID("somebody")) -> FileEntry {
    FileEntry(
      id: FileID(number), name: "file \(number)", owner: owner.text, timestamp: Lexeme(1_744_000_000 + number)
    )
  }

  static func ours(_ number: Int) -> FileEntry { file(number, owner: Peer.id) }
}

extension [Effect] {
  /// What is sent, and where to, read back.
  var sends: [(to: Endpoint, message: Message?)] {
    compactMap {
      guard case .send(let bytes, let endpoint, _) = $0 else { return nil }
      return (endpoint, try? decode(bytes).messages.first)
    }
  }

  /// Where messages of a type are sent to.
  func sends(of type: MessageType) -> [Endpoint] { sends.filter { $0.message?.type == type }.map(\.to) }

  /// Where raw bytes went that are no message of ours.
  func sends(raw: String) -> [Endpoint] {
    compactMap {
      if case .send(Array<UInt8>(raw.utf8), let endpoint, _) = $0 { endpoint } else { nil }
    }
  }

  var fetches: [Effect.Fetch] { compactMap { if case .fetch(let fetch) = $0 { fetch } else { nil } } }

  var keeps: [(ArrivalID, FileEntry)] {
    compactMap { if case .keep(let arrival, let entry, _) = $0 { (arrival, entry) } else { nil } }
  }

  var discards: Int { count { if case .discard = $0 { true } else { false } } }
  var refusals: Int { count { if case .refuse = $0 { true } else { false } } }

  var serves: [UploadID] { compactMap { if case .serve(let id, _, _, _, _) = $0 { id } else { nil } } }

  var replications: [Endpoint] {
    compactMap { if case .replicate(_, let endpoint, _, _) = $0 { endpoint } else { nil } }
  }

  var trashed: [FileID] { compactMap { if case .trash(_, let id) = $0 { id } else { nil } } }
  var resolves: [String] { compactMap { if case .resolve(let host) = $0 { host } else { nil } } }

  var changes: [CatalogueChange] {
    flatMap { if case .persist(let changes) = $0 { changes } else { [CatalogueChange]() } }
  }

  func logs(_ text: String = "", level: LogLevel = .info) -> [String] {
    compactMap {
      guard case .log(let actual, let line) = $0, actual >= level, line.contains(text) || text.isEmpty
      else { return nil }
      return line
    }
  }
}
