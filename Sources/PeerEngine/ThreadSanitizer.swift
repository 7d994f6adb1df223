#if THREAD_SANITIZER
  import Foundation

  /// Swift's own `Mutex` waits for its turn in a library that the thread sanitizer does not look into, so that the
  /// sanitizer takes whatever a contended lock guards for a race. With `make tsan`, this one stands in for it, which
  /// waits where the sanitizer looks. It is unchecked as the lock guards the value.
  struct Mutex<Value>: ~Copyable, @unchecked Sendable {
    private final class Storage: @unchecked Sendable {
      let lock = NSLock()
      nonisolated(unsafe) var value: Value

      init(_ value: Value) { self.value = value }
    }

    private let storage: Storage

    init(_ value: consuming sending Value) { storage = Storage(value) }

    borrowing func withLock<Result, E: Error>(
      _ body: (inout Value) throws(E) -> sending Result
    ) throws(E) -> sending Result {
      storage.lock.lock()
      defer { storage.lock.unlock() }
      return try body(&storage.value)
    }
  }
#endif
