import Synchronization

/// A rate for all transfers of one direction together: a token bucket with a burst of a tenth of a second,
/// so that the flow is smooth.
final class RateLimit: Sendable {
  private struct Bucket {
    /// When the bytes taken so far will have been earned.
    var paidUntil: ContinuousClock.Instant
  }

  /// Bytes a second.
  private let rate: Double
  private let bucket = Mutex(Bucket(paidUntil: .now))
  private static let burst = Duration.milliseconds(100)

  init(bytesPerSecond: Double) { rate = bytesPerSecond }

  /// Takes so many bytes' worth and waits until they are earned.
  func take(_ bytes: Int) async throws {
    let cost = Duration.seconds(Double(bytes) / rate)
    let due = bucket.withLock { bucket in
      let earliest = ContinuousClock.now - Self.burst
      bucket.paidUntil = max(bucket.paidUntil, earliest) + cost
      return bucket.paidUntil
    }
    if due > .now { try await Task.sleep(until: due, clock: .continuous) }
  }

  /// How many bytes are worth taking at once: what a twentieth of a second earns, within bounds.
  func piece(atMost bytes: Int) -> Int { min(bytes, max(4_096, Int(rate / 20))) }
}
