/// A point in time, as the shell tells it: the core has no clock of its own.
public struct Moment: Hashable, Sendable, Codable {
  /// Milliseconds since an arbitrary origin. It never goes back, so that timers and ages can use it.
  public var uptime: Int64
  /// Milliseconds since 1970-01-01 UTC. It may jump, so that it is only shown or recorded.
  public var wall: Int64

  public init(uptime: Int64, wall: Int64) {
    self.uptime = uptime
    self.wall = wall
  }
}
