/// Greeting well-known peers: one at the start, and while nobody is tracked each in turn, with back-off
/// (PROTOCOL.md, "Membership").
struct Bootstrap {
  /// Milliseconds.
  static let firstBackOff: Int64 = 5_000
  static let longestBackOff: Int64 = 60_000

  /// The order in which they are tried.
  var turn: [Endpoint] = []
  var position = 0
  var backOff = firstBackOff
  /// The `uptime` of the next try, while nobody is tracked.
  var next: Int64?
}

extension PeerState {
  mutating func startBootstrap() {
    bootstrap.turn = settings.bootstrap.filter { $0 != me.endpoint }.shuffled(using: &random)
    greetNextWellKnown()
  }

  mutating func runBootstrap() {
    guard !bootstrap.turn.isEmpty, membership.isEmpty else {
      bootstrap.next = nil
      bootstrap.backOff = Bootstrap.firstBackOff
      return
    }
    guard let next = bootstrap.next else {
      bootstrap.next = now.uptime + bootstrap.backOff
      return
    }
    if now.uptime >= next { greetNextWellKnown() }
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
