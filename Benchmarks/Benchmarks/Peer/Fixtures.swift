import PeerCore

/// Other peers and their files, the same ones each time.
enum Fixtures {
  static let here = Endpoint(host: "10.0.0.1", port: 8000)

  static func peer(_ number: Int) -> (id: PeerID, endpoint: Endpoint) {
    (PeerID("peer\(number)"), Endpoint(host: "10.1.\(number / 250).\(1 + number % 250)", port: 8999))
  }

  static func id(_ number: Int) -> FileID {
    var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
    let bytes = (0..<FileID.byteCount).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    return FileID(bytes: bytes)!
  }

  static func entry(_ number: Int) -> FileEntry {
    FileEntry(
      id: id(number), name: "holiday picture \(number * 7919 % 1_000_003).jpg", owner: "peer\(number % 97)",
      timestamp: Lexeme(1_744_170_562 + number), size: Lexeme(Double(number) / 1024),
      sizeBytes: UInt64(number) * 1024)
  }

  static func reply(from number: Int, files: Int) -> GossipReply {
    let (id, endpoint) = peer(number)
    return GossipReply(origin: endpoint, peerID: id, files: (0..<files).map(entry))
  }

  static func gossip(from number: Int, round: Int) -> Gossip {
    let (id, endpoint) = peer(number)
    let text = "\(round)-\(number)"
    return Gossip(
      origin: endpoint, peerID: id, id: text,
      raw: MessageEncoder.gossip(from: endpoint, peerID: id, id: text))
  }

  static func state() -> PeerState {
    var settings = Settings()
    settings.bootstrap = []
    settings.autoFetch = 0
    var state = PeerState(
      me: PeerState.Identity(peerID: PeerID("me"), endpoint: here, addresses: ["10.0.0.1"]),
      settings: settings, seed: 1)
    _ = state.step(.started, at: moment(0))
    return state
  }

  static func moment(_ uptime: Int64) -> Moment {
    Moment(uptime: uptime, wall: 1_744_170_000_000 + uptime)
  }
}
