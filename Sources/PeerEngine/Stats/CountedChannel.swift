import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PeerCore
import Synchronization

/// Open connections, in all and by address.
final class ConnectionCounter: Sendable {
  struct Refused: Error {}

  private let limit: Int
  private let open = Mutex<(all: Int, byAddress: [String: Int])>((0, [:]))

  init(limit: Int) { self.limit = limit }

  var count: Int { open.withLock { $0.all } }

  /// - Parameter isExempt: whether the address may have any number of connections.
  /// - Returns: `false` if it has as many as it may.
  func opened(_ address: String, isExempt: Bool = false) -> Bool {
    open.withLock {
      guard isExempt || $0.byAddress[address, default: 0] < limit else { return false }
      $0.byAddress[address, default: 0] += 1
      $0.all += 1
      return true
    }
  }

  func closed(_ address: String) {
    open.withLock {
      let count = $0.byAddress[address, default: 0] - 1
      $0.byAddress[address] = count > 0 ? count : nil
      $0.all -= 1
    }
  }
}

/// HTTP/1.1, for no more connections from one address than a counter allows.
struct CountedChannel: ServerChildChannel {
  let connections: ConnectionCounter
  let http: HTTP1Channel

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    if let address = channel.remoteAddress?.ipAddress {
      let network = NumericAddress.network(of: NumericAddress.plain(address))
      guard connections.opened(network, isExempt: NumericAddress.isLoopback(address)) else {
        channel.close(promise: nil)
        return channel.eventLoop.makeFailedFuture(ConnectionCounter.Refused())
      }
      channel.closeFuture.whenComplete { _ in connections.closed(network) }
    }
    return http.setup(channel: channel, logger: logger)
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await http.handle(value: value, logger: logger)
  }
}
