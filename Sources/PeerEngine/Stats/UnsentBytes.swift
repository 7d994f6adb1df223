import Synchronization

/// Bytes of answers that wait to be taken by their readers, over all connections: a list may be large, and a thousand
/// readers who take none of it must not fill the memory.
final class UnsentBytes: Sendable {
  /// A page of a thousand files has half a MiB.
  private static let limit = 64 << 20
  /// Below, connections are what bounds them.
  private static let small = 64 << 10

  private let total = Mutex(0)

  /// One answer's share; given back when it goes.
  final class Share: Sendable {
    private let parent: UnsentBytes
    private let bytes: Int

    fileprivate init(of parent: UnsentBytes, _ bytes: Int) {
      self.parent = parent
      self.bytes = bytes
    }

    deinit { parent.total.withLock { $0 -= bytes } }
  }

  /// - Returns: `nil` if too many wait already. An answer that waits alone may have any size.
  func share(_ bytes: Int) -> Share? {
    let counted = bytes > Self.small ? bytes : 0
    let fits = total.withLock { total in
      guard counted == 0 || total == 0 || total + counted <= Self.limit else { return false }
      total += counted
      return true
    }
    return fits ? Share(of: self, counted) : nil
  }
}
