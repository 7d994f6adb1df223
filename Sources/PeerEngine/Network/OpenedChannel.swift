import NIOCore
import PeerCore
import Synchronization

typealias PeerChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

/// A connection to or from a peer that somebody has yet to take. Bytes that come meanwhile are kept for it.
///
/// A `PeerChannel` must not be let go of without `executeThenClose`. But connections do get lost on the way:
/// accepted while the peer stops, over the limit, or beaten in a race of addresses. This one can be lost: it
/// closes itself.
final class OpenedChannel: Sendable {
  private let channel: PeerChannel
  private let isTaken = Atomic(false)

  /// On the channel's event loop, before it reads. The channel half-closes, and reads only as fast as it is
  /// consumed.
  init(_ channel: any Channel) throws {
    CongestionControl.prepare(channel)
    self.channel = try PeerChannel(
      wrappingChannelSynchronously: channel,
      configuration: .init(
        backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2), isOutboundHalfClosureEnabled: true))
  }

  /// Numeric; empty if it is gone already.
  var address: String { NumericAddress.plain(channel.channel.remoteAddress?.ipAddress ?? "") }

  /// - Returns: the connection, which has to be executed and closed now. Once.
  func take() -> PeerChannel {
    isTaken.store(true, ordering: .relaxed)
    return channel
  }

  deinit {
    guard !isTaken.load(ordering: .relaxed) else { return }
    let channel = channel
    Task { try? await channel.executeThenClose { _, _ in } }
  }
}
