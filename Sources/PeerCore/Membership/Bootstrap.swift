/// Whom to greet to get into the network: one well-known peer at the start and, while nobody is tracked, each of them
/// in turn, with back-off (PROTOCOL.md, "Membership").
struct Bootstrap {
  /// The shortest wait between two greetings while nobody is tracked, in milliseconds.
  static let firstBackOff: Int64 = 5_000
  /// The longest, in milliseconds.
  static let longestBackOff: Int64 = 60_000
  /// The shortest wait between two greetings while others are tracked, in milliseconds. Soon after its start a network
  /// may be in parts that a single greeting joins.
  static let firstReunion: Int64 = 30_000
  /// The longest, in milliseconds. Later on parts are rare, and each greeting of a peer that is no longer there costs a
  /// connection attempt.
  static let longestReunion: Int64 = 120_000

  /// The well-known peers, in the order in which they are tried.
  var turn: [Endpoint] = []
  var position = 0
  var backOff = firstBackOff
  /// The `uptime` of the next greeting, while nobody is tracked.
  var next: Int64?
  /// The `uptime` at which a well-known peer that is not tracked is greeted next, while others are tracked.
  var nextReunion: Int64?
  var reunionBackOff = firstReunion
}

extension PeerState {
  mutating func startBootstrap() {
    bootstrap.turn = settings.bootstrap.filter { $0 != me.endpoint }.shuffled(using: &random)
    greetNextWellKnown()
  }

  mutating func runBootstrap() {
    guard !bootstrap.turn.isEmpty else { return }
    guard membership.isEmpty else { return runReunion() }
    bootstrap.nextReunion = nil
    bootstrap.reunionBackOff = Bootstrap.firstReunion
    guard let next = bootstrap.next else {
      bootstrap.next = now.uptime + bootstrap.backOff
      return
    }
    if now.uptime >= next { greetNextWellKnown() }
  }

  /// When a network has been in parts for so long that each has dropped the others, no gossip leads from one part to
  /// another any longer. At well-known peers the parts meet again.
  private mutating func runReunion() {
    bootstrap.next = nil
    bootstrap.backOff = Bootstrap.firstBackOff
    if let next = bootstrap.nextReunion, now.uptime < next { return }
    let isFirst = bootstrap.nextReunion == nil
    bootstrap.nextReunion = now.uptime + bootstrap.reunionBackOff
    bootstrap.reunionBackOff = min(2 * bootstrap.reunionBackOff, Bootstrap.longestReunion)
    if isFirst { return }
    let missing = bootstrap.turn.filter { membership.handle(at: $0) == nil }
    guard !missing.isEmpty else { return }
    bootstrap.position += 1
    let endpoint = missing[bootstrap.position % missing.count]
    log(.debug, "gossip to the well-known peer \(endpoint), which is not tracked")
    greet(endpoint)
  }

  private mutating func greetNextWellKnown() {
    guard !bootstrap.turn.isEmpty else { return }
    let endpoint = bootstrap.turn[bootstrap.position % bootstrap.turn.count]
    bootstrap.position += 1
    log(.info, "gossip to the well-known peer \(endpoint)")
    greet(endpoint)
    bootstrap.next = now.uptime + bootstrap.backOff
    bootstrap.backOff = min(2 * bootstrap.backOff, Bootstrap.longestBackOff)
  }
}
