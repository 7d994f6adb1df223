import NIOCore
import PeerCore
import Synchronization

typealias PeerChannel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

/// A connection to or from a peer that somebody has yet to take. Bytes that come meanwhile are kept.
///
/// A `PeerChannel` must not be let go of without `executeThenClose`, but connections do get lost on the way: they are
/// accepted while the peer stops, are too many, or lose a race of addresses. This one may get lost: it closes itself.
final class OpenedChannel: Sendable {
  private let channel: PeerChannel
  private let isTaken = Atomic(false)

  /// To be called on the channel's event loop before it reads. The channel can be half-closed, and reads only as fast
  /// as it is consumed.
  init(_ channel: any Channel) throws {
    CongestionControl.prepare(channel)
    self.channel = try PeerChannel(
      wrappingChannelSynchronously: channel,
      configuration: .init(
        backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2), isOutboundHalfClosureEnabled: true))
  }

  /// The other side's numeric address; empty if it is gone already.
  var address: String { NumericAddress.plain(channel.channel.remoteAddress?.ipAddress ?? "") }

  /// Takes the connection, which has to be executed and closed from now on. May be called once.
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
