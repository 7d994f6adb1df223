import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PeerCore

/// HTTP/1.1, for no more connections from one address than a counter allows.
struct CountedChannel: ServerChildChannel {
  /// The address has as many connections as it may.
  private struct Refused: Error {}

  let connections: ConnectionCounter
  let http: HTTP1Channel

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    if let address = channel.remoteAddress?.ipAddress {
      guard connections.admit(address) else {
        channel.close(promise: nil)
        return channel.eventLoop.makeFailedFuture(Refused())
      }
      channel.closeFuture.whenComplete { _ in connections.leave(address) }
    }
    return http.setup(channel: channel, logger: logger)
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await http.handle(value: value, logger: logger)
  }
}
