/// Greeting well-known peers: one at the start, and while nobody is tracked each in turn, with back-off
/// (PROTOCOL.md, "Membership").
struct Bootstrap {
  /// Milliseconds.
  static let firstBackOff: Int64 = 5_000
  static let longestBackOff: Int64 = 60_000
  /// While others are tracked. Soon after the start a network may be in parts that hang together by one
  /// greeting; later a part is a rare thing, and each greeting costs whoever is not there any longer a
  /// connection attempt.
  static let firstReunion: Int64 = 30_000
  static let longestReunion: Int64 = 120_000

  /// The order in which they are tried.
  var turn: [Endpoint] = []
  var position = 0
  var backOff = firstBackOff
  /// The `uptime` of the next try, while nobody is tracked.
  var next: Int64?
  /// The `uptime` at which a well-known peer that is not tracked is greeted, while others are.
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

  /// When a network has been in parts for so long that each has dropped the others, nobody's gossip leads out
  /// of a part any longer: well-known peers are where the parts meet again.
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
