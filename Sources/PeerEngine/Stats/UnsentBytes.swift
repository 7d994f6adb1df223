import Synchronization

/// Counts the bytes of answers that wait until their readers take them, over all connections. A list may be large, and
/// a thousand readers who take nothing must not fill the memory.
final class UnsentBytes: Sendable {
  /// The most bytes that may wait. A page of a thousand files has half a MiB.
  private static let limit = 32 << 20
  /// Answers of at most so many bytes are not counted: the bound on connections is enough for them.
  private static let small = 64 << 10

  private let total = Mutex(0)

  /// The bytes of one answer, which count until this is let go of.
  final class Share: Sendable {
    private let parent: UnsentBytes
    private let bytes: Int

    fileprivate init(of parent: UnsentBytes, _ bytes: Int) {
      self.parent = parent
      self.bytes = bytes
    }

    deinit { parent.total.withLock { $0 -= bytes } }
  }

  /// Whether half of what may wait does: then an answer that may turn out long is not even made, as it would cost memory
  /// and time before it is refused.
  var isFull: Bool { total.withLock { $0 >= Self.limit / 2 } }

  /// Counts an answer of so many bytes.
  ///
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
