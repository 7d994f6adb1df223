import Synchronization

/// Bounds the rate of all transfers of one direction together: a token bucket with a burst of a tenth of a second, so
/// that the flow is smooth. The rate can be changed at any time.
final class RateLimit: Sendable {
  private struct Bucket {
    /// Bytes a second; `nil` is no bound.
    var rate: Double?
    /// When the bytes taken so far will have been earned.
    var paidUntil: ContinuousClock.Instant
  }

  private let bucket: Mutex<Bucket>
  private static let burst = Duration.milliseconds(100)
  /// Waits are made in steps, so that a higher rate is soon felt.
  private static let longestWait = Duration.milliseconds(500)

  init(bytesPerSecond: UInt64?) {
    bucket = Mutex(Bucket(rate: bytesPerSecond.map { Double($0) }, paidUntil: .now))
  }

  /// Changes the rate. What was taken at the old one is forgiven.
  func set(bytesPerSecond: UInt64?) {
    bucket.withLock { $0 = Bucket(rate: bytesPerSecond.map { Double($0) }, paidUntil: .now) }
  }

  /// Whether there is a rate, so that `take` may have to wait.
  var isBounded: Bool { bucket.withLock { $0.rate != nil } }

  /// Takes so many bytes, and waits until they are earned.
  ///
  /// - Throws: `CancellationError`.
  func take(_ bytes: Int) async throws {
    guard bytes > 0, let due = book(bytes) else { return }
    while true {
      let now = ContinuousClock.now
      guard now < min(due, bucket.withLock { $0.paidUntil }) else { return }
      try await Task.sleep(until: min(due, now + Self.longestWait), clock: .continuous)
    }
  }

  private func book(_ bytes: Int) -> ContinuousClock.Instant? {
    bucket.withLock { bucket in
      guard let rate = bucket.rate else { return nil }
      let earliest = ContinuousClock.now - Self.burst
      bucket.paidUntil = max(bucket.paidUntil, earliest) + .seconds(Double(bytes) / rate)
      return bucket.paidUntil
    }
  }

  /// How many bytes are worth taking at once: as many as a twentieth of a second earns, at least 4 KiB, and at most
  /// `bytes`.
  func piece(atMost bytes: Int) -> Int {
    guard let rate = bucket.withLock({ $0.rate }) else { return bytes }
    return min(bytes, max(4_096, Int(min(rate / 20, 1e9))))
  }
}
