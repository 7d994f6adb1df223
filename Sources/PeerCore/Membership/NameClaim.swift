/// Who speaks in a tracked peer's name (PROTOCOL.md, "Identity").
///
/// Nothing proves a name, but nobody can choose the address that a connection comes from. A GOSSIP_REPLY, which is
/// never passed on, claims its name for the address that it comes from. When another address has claimed the name, no
/// DELETE in that name counts for `Settings.peerTimeout`, whoever came first. The file stays, and its owner, who sees
/// it listed, sends the DELETE again.
struct NameClaim {
  /// The numeric address that the last GOSSIP_REPLY came from; `nil` while only GOSSIP has told of the peer.
  var address: String?
  /// The `uptime` at which another address last claimed the name.
  var contested: Int64?
  /// The `uptime` at which another place was last asked whether somebody of that name is there.
  private var asked: Int64?

  func isContested(at uptime: Int64, within time: Int64) -> Bool {
    contested.map { uptime - $0 <= time } ?? false
  }

  /// - Returns: whether to ask now. It is not done often: otherwise two that share a name would be asked for each other
  ///   without end.
  mutating func mayAsk(at uptime: Int64, every interval: Int64) -> Bool {
    if let asked, uptime - asked < interval { return false }
    asked = uptime
    return true
  }
}
