import Synchronization

/// Shares out the memory that the receive buffers of connections to holders may take up together.
final class ReceiveBuffers: Sendable {
  private let limits: NetworkLimits
  /// How many bytes are shared out.
  private let taken = Mutex(0)

  init(limits: NetworkLimits) { self.limits = limits }

  /// - Returns: how many bytes one more connection gets: half of what is left, within the bounds of `NetworkLimits`.
  func take() -> Int {
    taken.withLock { taken in
      let share = (limits.receiveBuffers - taken) / 2
      let bytes = max(limits.leastReceiveBuffer, min(limits.receiveBuffer, share))
      taken += bytes
      return bytes
    }
  }

  func giveBack(_ bytes: Int) { taken.withLock { $0 -= bytes } }
}
