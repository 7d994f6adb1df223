import Synchronization

/// Bounds the memory that half-read messages take up over all connections: one message may be large, but not a thousand
/// at once.
final class HeldBytes: Sendable {
  private let total = Mutex(0)
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// One connection's share, which is given back when the connection goes.
  final class Share {
    private let parent: HeldBytes
    private var bytes = 0

    init(of parent: HeldBytes) { self.parent = parent }

    deinit { parent.total.withLock { $0 -= bytes } }

    /// - Returns: false if the total would exceed the limit.
    func set(_ newBytes: Int) -> Bool {
      if newBytes == bytes { return true }
      let fits = parent.total.withLock { total in
        let changed = total + newBytes - bytes
        guard changed <= parent.limit || newBytes < bytes else { return false }
        total = changed
        return true
      }
      if fits { bytes = newBytes }
      return fits
    }
  }
}
