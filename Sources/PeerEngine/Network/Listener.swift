import NIOCore
import NIOPosix
import PeerCore
import Synchronization

/// Accepts connections, within bounds, and reads each in a task of its own.
struct Listener: Sendable {
  let channel: NIOAsyncChannel<OpenedChannel, Never>

  /// - Parameters:
  ///   - address: numeric, or a name of this machine.
  ///   - port: 0 takes any free one.
  /// - Throws: what the system says: in use, no permission, no such address.
  static func bind(_ address: SocketAddress, limits: NetworkLimits) async throws -> Listener {
    let channel = try await ServerBootstrap(group: EventLoops.messages, childGroup: EventLoops.transfers)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // Inherited by accepted connections, where it would be too late.
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

  /// Runs until the channel is closed or the task is cancelled.
  func run(limits: NetworkLimits, _ serve: @escaping @Sendable (PeerChannel, String) async -> Void)
    async throws
  {
    let doorkeeper = Doorkeeper(limits: limits)
    try await withThrowingDiscardingTaskGroup { group in
      try await channel.executeThenClose { connections in
        for try await connection in connections {
          let address = connection.address
          // Who is not admitted is let go of, and so closed.
          let network = NumericAddress.network(of: address)
          guard doorkeeper.admit(network) else { continue }
          group.addTask {
            await serve(connection.take(), address)
            doorkeeper.leave(network)
          }
        }
      }
    }
  }
}

/// Counts accepted connections, in all and by address, or network of IPv6 (`NetworkLimits.connections`).
private final class Doorkeeper: Sendable {
  private let limits: NetworkLimits
  private let counts = Mutex((all: 0, byAddress: [String: Int]()))

  init(limits: NetworkLimits) { self.limits = limits }

  func admit(_ address: String) -> Bool {
    counts.withLock { counts in
      let here = counts.byAddress[address, default: 0]
      guard counts.all < limits.connections,
        here < limits.connectionsPerAddress || NumericAddress.isLoopback(address)
      else { return false }
      counts.all += 1
      counts.byAddress[address] = here + 1
      return true
    }
  }

  func leave(_ address: String) {
    counts.withLock { counts in
      counts.all -= 1
      let here = counts.byAddress[address, default: 1] - 1
      counts.byAddress[address] = here > 0 ? here : nil
    }
  }
}

extension RecvByteBufferAllocator where Self == AdaptiveRecvByteBufferAllocator {
  /// Buffers grow with the speed of the sender.
  static func growing(to bytes: Int) -> Self { Self(minimum: 2_048, initial: 8_192, maximum: bytes) }
}
