import Synchronization

/// Memory that half-read messages hold over all connections: a message may be large, a thousand large ones
/// at once may not.
final class HeldBytes: Sendable {
  private let total = Mutex(0)
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// One connection's share; given back when it goes.
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
