/// A point in time as the shell saw it. The core has no clock of its own.
public struct Moment: Hashable, Sendable, Codable {
  /// Milliseconds since an arbitrary origin; never goes back. Timers and ages use it.
  public var uptime: Int64
  /// Milliseconds since 1970-01-01 UTC; may jump. Only shown, or recorded.
  public var wall: Int64

  public init(uptime: Int64, wall: Int64) {
    self.uptime = uptime
    self.wall = wall
  }
}
