import PeerCore
import Synchronization

/// Counts open connections, in all and by address, and admits no more of them than its bounds allow. In IPv6, where
/// everybody has a whole network of addresses, that network counts as one. The bound by address does not hold on
/// loopback, where one address is many peers, or all the tools of one user.
final class ConnectionCounter: Sendable {
  private let limit: Int
  private let limitPerAddress: Int
  private let open = Mutex((all: 0, byAddress: [String: Int]()))

  /// - Parameters:
  ///   - limit: connections in all.
  ///   - limitPerAddress: connections from one address.
  init(limit: Int = .max, limitPerAddress: Int) {
    self.limit = limit
    self.limitPerAddress = limitPerAddress
  }

  /// Connections that are open.
  var count: Int { open.withLock { $0.all } }

  /// - Parameter address: numeric.
  /// - Returns: whether there may be one more; if so it is counted, and has to `leave`.
  func admit(_ address: String) -> Bool {
    let source = Self.source(address)
    return open.withLock { open in
      let here = open.byAddress[source, default: 0]
      guard open.all < limit, here < limitPerAddress || NumericAddress.isLoopback(address) else {
        return false
      }
      open.all += 1
      open.byAddress[source] = here + 1
      return true
    }
  }

  func leave(_ address: String) {
    let source = Self.source(address)
    open.withLock { open in
      open.all -= 1
      let here = open.byAddress[source, default: 1] - 1
      open.byAddress[source] = here > 0 ? here : nil
    }
  }

  private static func source(_ address: String) -> String {
    NumericAddress.network(of: NumericAddress.plain(address))
  }
}
