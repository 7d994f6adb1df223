import Foundation

/// How many descriptors this process may have open (`RLIMIT_NOFILE`), and who gets them, so that connections of
/// strangers never take those that the page, the disk and transfers need.
enum Descriptors {
  /// As many as the bounds of `NetworkLimits`, of the page and of transfers can ever use at once.
  private static let useful: rlim_t = 8_192
  /// Those that the program itself needs: for the terminal, the catalogue, the event loops and the log.
  private static let own = 64

  /// How many may be open.
  static var limit: Int { Int(clamping: read().rlim_cur) }

  /// Those that connections and transfers may use.
  static var spare: Int { max(0, limit - own) }

  /// Asks for as many as are useful and allowed: many systems give a process 1,024 until it asks.
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
  /// The same bounds, or lower ones where there are few descriptors. A third of them is for accepted connections, a
  /// quarter for the page's, and some for what is sent; at least a fifth is left for transfers and files.
  func within(spare descriptors: Int) -> NetworkLimits {
    var limits = self
    limits.connections = min(connections, max(8, descriptors / 3))
    limits.sends = min(sends, max(4, descriptors / 16))
    limits.lingering = min(lingering, descriptors / 16)
    limits.keptConnections = min(keptConnections, descriptors / 16)
    return limits
  }
}
