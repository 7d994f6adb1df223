import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// Open connections by address.
final class ConnectionCounter: Sendable {
  struct Refused: Error {}

  private let limit: Int
  private let open = Mutex<[String: Int]>([:])

  init(limit: Int) { self.limit = limit }

  /// - Returns: `false` if the address has as many connections as it may.
  func opened(_ address: String) -> Bool {
    open.withLock {
      guard $0[address, default: 0] < limit else { return false }
      $0[address, default: 0] += 1
      return true
    }
  }

  func closed(_ address: String) {
    open.withLock {
      let count = $0[address, default: 0] - 1
      $0[address] = count > 0 ? count : nil
    }
  }
}

/// HTTP/1.1, for no more connections from one address than a counter allows.
struct CountedChannel: ServerChildChannel {
  let connections: ConnectionCounter
  let http: HTTP1Channel

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    if let address = channel.remoteAddress, !address.isLoopback, let name = address.ipAddress {
      guard connections.opened(name) else {
        channel.close(promise: nil)
        return channel.eventLoop.makeFailedFuture(ConnectionCounter.Refused())
      }
      channel.closeFuture.whenComplete { _ in connections.closed(name) }
    }
    return http.setup(channel: channel, logger: logger)
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await http.handle(value: value, logger: logger)
  }
}

extension SocketAddress {
  /// 127.0.0.0/8, ::1, and the former written as an IPv6 address.
  var isLoopback: Bool {
    guard let text = ipAddress else { return false }
    return text.hasPrefix("127.") || text == "::1" || text.hasPrefix("::ffff:127.")
  }
}
