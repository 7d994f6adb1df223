import Foundation
import NIOCore
import NIOPosix
import PeerCore

/// Opens connections to other peers.
struct Dialer: Sendable {
  let group: any EventLoopGroup
  let limits: NetworkLimits

  /// - Throws: `TransferFailure.unreachable`.
  func connect(to endpoint: Endpoint) async throws -> PeerChannel {
    do {
      let opened = try await ClientBootstrap(group: group)
        .connectTimeout(limits.connectTimeout)
        // Has to be known before the connection is made.
        .channelOption(.socketOption(.so_rcvbuf), value: limits.receiveBuffer)
        .channelOption(.allowRemoteHalfClosure, value: true)
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelOption(.maxMessagesPerRead, value: 1)
        .channelOption(.recvAllocator, value: PeerChannel.receiveAllocator)
        .connect(host: endpoint.host, port: endpoint.port) { channel in
          channel.eventLoop.makeCompletedFuture { try OpenedChannel(channel) }
        }
      return opened.take()
    } catch {
      throw TransferFailure.unreachable(Self.reason(error))
    }
  }

  /// In the words that people know.
  static func reason(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      if let first = error.connectionErrors.first { return reason(first.error) }
      return error.dnsAError != nil || error.dnsAAAAError != nil ? "unknown host" : "no address"
    case let error as IOError: return String(cString: strerror(error.errnoCode)).lowercased()
    case ChannelError.connectTimeout(let time): return "no answer within \(time.seconds) s"
    default: return "\(error)"
    }
  }
}
