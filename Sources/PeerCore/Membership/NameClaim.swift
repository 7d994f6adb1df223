/// Who speaks in a tracked peer's name (PROTOCOL.md, "Identity").
///
/// Nothing proves a name, but nobody chooses the address that a connection comes from. A GOSSIP_REPLY, which is
/// never passed on, claims its name for that address. For `Settings.peerTimeout` after another address has claimed
/// it, no DELETE in that name counts, whoever came first: the file stays, and its owner, who sees it listed, sends
/// the DELETE again.
struct NameClaim {
  /// Numeric, of the last GOSSIP_REPLY; `nil` while only GOSSIP has told of the peer.
  var address: String?
  /// `uptime` at which another address claimed the name.
  var contested: Int64?
  /// `uptime` at which another place was last asked whether somebody of that name is there.
  private var asked: Int64?

  func isContested(at uptime: Int64, within time: Int64) -> Bool {
    contested.map { uptime - $0 <= time } ?? false
  }

  /// - Returns: whether to ask, which is not often: two that share a name would ask for each other for ever.
  mutating func mayAsk(at uptime: Int64, every interval: Int64) -> Bool {
    if let asked, uptime - asked < interval { return false }
    asked = uptime
    return true
  }
}
