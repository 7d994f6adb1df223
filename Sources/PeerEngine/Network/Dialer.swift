import Foundation
import NIOCore
import NIOPosix
import PeerCore

/// Opens connections to other peers.
struct Dialer: Sendable {
  let group: any EventLoopGroup
  let limits: NetworkLimits

  /// - Parameter receiveBuffer: how many bytes the other side can send before anybody reads them; `nil` leaves that to
  ///   the system.
  /// - Throws: `TransferFailure.unreachable`.
  func connect(to endpoint: Endpoint, receiveBuffer: Int? = nil) async throws -> PeerChannel {
    var bootstrap = ClientBootstrap(group: group)
    if let receiveBuffer {
      // The system has to know this before the connection is made.
      bootstrap = bootstrap.channelOption(
        .socketOption(.so_rcvbuf), value: ChannelOptions.Types.SocketOption.Value(receiveBuffer))
    }
    do {
      let opened =
        try await bootstrap
        .connectTimeout(limits.connectTimeout)
        .channelOption(.allowRemoteHalfClosure, value: true)
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelOption(.maxMessagesPerRead, value: 1)
        .channelOption(.recvAllocator, value: .growing(to: limits.read(ofBuffer: receiveBuffer ?? 0)))
        .connect(host: endpoint.host, port: endpoint.port) { channel in
          channel.eventLoop.makeCompletedFuture { try OpenedChannel(channel) }
        }
      return opened.take()
    } catch {
      throw TransferFailure.unreachable(Self.reason(error))
    }
  }

  /// Why a connection failed, in words that people know.
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
