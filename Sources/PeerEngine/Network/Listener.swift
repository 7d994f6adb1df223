import NIOCore
import NIOPosix

/// Accepts connections, within bounds, and reads each in a task of its own.
struct Listener: Sendable {
  let channel: NIOAsyncChannel<OpenedChannel, Never>

  /// - Parameters:
  ///   - address: numeric, or a name of this machine.
  ///   - port: 0 takes any free one.
  /// - Throws: why the system refuses: the port is in use, no permission, no such address.
  static func bind(_ address: SocketAddress, limits: NetworkLimits) async throws -> Listener {
    let channel = try await ServerBootstrap(group: EventLoops.messages, childGroup: EventLoops.transfers)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // Accepted connections inherit this; for them it would be too late to set it.
      .serverChannelOption(
        .socketOption(.so_rcvbuf),
        value: ChannelOptions.Types.SocketOption.Value(limits.acceptedReceiveBuffer)
      )
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(
        .recvAllocator, value: .growing(to: limits.read(ofBuffer: limits.acceptedReceiveBuffer))
      )
      .bind(to: address) { child in
        child.eventLoop.makeCompletedFuture { try OpenedChannel(child) }
      }
    return Listener(channel: channel)
  }

  var port: Int { channel.channel.localAddress?.port ?? 0 }

  /// Accepts connections until the channel is closed or the task is cancelled.
  func run(limits: NetworkLimits, _ serve: @escaping @Sendable (PeerChannel, String) async -> Void)
    async throws
  {
    let counter = ConnectionCounter(
      limit: limits.connections, limitPerAddress: limits.connectionsPerAddress)
    try await withThrowingDiscardingTaskGroup { group in
      try await channel.executeThenClose { connections in
        for try await connection in connections {
          let address = connection.address
          // A connection that is not admitted is let go of, and so closes itself.
          guard counter.admit(address) else { continue }
          group.addTask {
            await serve(connection.take(), address)
            counter.leave(address)
          }
        }
      }
    }
  }
}

extension RecvByteBufferAllocator where Self == AdaptiveRecvByteBufferAllocator {
  /// Buffers grow with the speed of the sender.
  static func growing(to bytes: Int) -> Self { Self(minimum: 2_048, initial: 8_192, maximum: bytes) }
}
