import Foundation

/// The descriptors that this process may have open (`RLIMIT_NOFILE`), and how they are shared out, so that
/// strangers' connections never take those that page, disk and transfers need.
enum Descriptors {
  /// All that the bounds of `NetworkLimits`, of the page and of transfers may ever use at once.
  private static let useful: rlim_t = 8_192
  /// Those of the program itself: terminal, catalogue, event loops, the log.
  private static let own = 64

  /// How many may be open.
  static var limit: Int { Int(clamping: read().rlim_cur) }

  /// Those that connections and transfers may use.
  static var spare: Int { max(0, limit - own) }

  /// Takes as many as are useful and allowed; many systems give a process 1,024 until it asks.
  static func raise() {
    var limit = read()
    let wanted = min(useful, limit.rlim_max)
    guard limit.rlim_cur < wanted else { return }
    limit.rlim_cur = wanted
    #if canImport(Glibc)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #else
      setrlimit(RLIMIT_NOFILE, &limit)
    #endif
  }

  private static func read() -> rlimit {
    var limit = rlimit()
    #if canImport(Glibc)
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #else
      getrlimit(RLIMIT_NOFILE, &limit)
    #endif
    return limit
  }
}

extension NetworkLimits {
  /// The same bounds, or less where there are few descriptors. A third is for connections that are accepted;
  /// with those of the page, a quarter of them all is left for transfers and files.
  func within(spare descriptors: Int) -> NetworkLimits {
    var limits = self
    limits.connections = min(connections, max(8, descriptors / 3))
    limits.sends = min(sends, max(4, descriptors / 16))
    limits.lingering = min(lingering, descriptors / 16)
    limits.keptConnections = min(keptConnections, descriptors / 16)
    return limits
  }
}
