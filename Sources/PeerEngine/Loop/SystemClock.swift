import Foundation
import PeerCore

/// The system's time, as the core wants it.
struct SystemClock: Sendable {
  private let origin = ContinuousClock.now

  var now: Moment {
    Moment(
      uptime: Int64((ContinuousClock.now - origin) / .milliseconds(1)),
      wall: Int64(Date().timeIntervalSince1970 * 1000))
  }

  /// The instant of an `uptime`.
  func instant(of uptime: Int64) -> ContinuousClock.Instant { origin + .milliseconds(uptime) }
}
