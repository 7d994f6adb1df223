import NIOCore
import NIOPosix
import PeerCore
import Synchronization

typealias PeerChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

/// Accepts connections, within bounds, and reads each in a task of its own.
struct Listener: Sendable {
  let channel: NIOAsyncChannel<any Channel, Never>

  /// - Parameters:
  ///   - address: numeric, or a name of this machine.
  ///   - port: 0 takes any free one.
  /// - Throws: what the system says: in use, no permission, no such address.
  static func bind(_ address: SocketAddress, group: any EventLoopGroup, limits: NetworkLimits) async throws
    -> Listener
  {
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // Inherited by accepted connections, where it would be too late.
      .serverChannelOption(.socketOption(.so_rcvbuf), value: limits.receiveBuffer)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.recvAllocator, value: PeerChannel.receiveAllocator)
      .childChannelOption(.autoRead, value: false)
      .bind(to: address) { child in child.eventLoop.makeSucceededFuture(child as any Channel) }
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
          let address = connection.remoteAddress?.ipAddress ?? ""
          guard doorkeeper.admit(address) else {
            connection.close(promise: nil)
            continue
          }
          group.addTask {
            if let channel = try? await PeerChannel.begin(connection) { await serve(channel, address) }
            doorkeeper.leave(address)
          }
        }
      }
    }
  }
}

/// Counts accepted connections, in all and by address (`NetworkLimits.connections`).
private final class Doorkeeper: Sendable {
  private let limits: NetworkLimits
  private let counts = Mutex((all: 0, byAddress: [String: Int]()))

  init(limits: NetworkLimits) { self.limits = limits }

  func admit(_ address: String) -> Bool {
    counts.withLock { counts in
      let here = counts.byAddress[address, default: 0]
      guard counts.all < limits.connections,
        here < limits.connectionsPerAddress || Self.isLoopback(address)
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

  private static func isLoopback(_ address: String) -> Bool {
    address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
  }
}

extension NIOAsyncChannel where Inbound == ByteBuffer, Outbound == ByteBuffer {
  /// Makes a connection to or from a peer ready for use: it half-closes, and reads only as fast as it is
  /// consumed. Whoever begins must go on to `executeThenClose`; a channel that was not begun (since it came
  /// while the peer stops, or lost a race of addresses) can simply be closed.
  ///
  /// - Parameter channel: one with `autoRead` off.
  static func begin(_ channel: any Channel) async throws -> NIOAsyncChannel {
    try await channel.eventLoop.submit {
      do {
        let begun = try NIOAsyncChannel(
          wrappingChannelSynchronously: channel,
          configuration: .init(
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 4), isOutboundHalfClosureEnabled: true
          ))
        channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
        return begun
      } catch {
        channel.close(promise: nil)
        throw error
      }
    }.get()
  }

  /// Buffers grow with the speed of the sender, up to what keeps four of them small.
  static var receiveAllocator: AdaptiveRecvByteBufferAllocator {
    AdaptiveRecvByteBufferAllocator(minimum: 2_048, initial: 8_192, maximum: 256 * 1024)
  }
}
