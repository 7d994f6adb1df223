/// When the next frame may be drawn: an answer to a key at once, news of the peer a few times a second, and never
/// more than 20 frames in any second, which is light over a slow line.
struct FrameBudget: Sendable {
  /// Frames in a row, and how soon each comes back (milliseconds): 4 at once and 16 in the second after them.
  static let burst = 4
  static let refill: Double = 1000 / 16
  /// Milliseconds from one frame to the next that no key asked for: fluent enough for bars and rates.
  static let newsInterval: Int64 = 200

  private var frames = Double(burst)
  private var countedAt: Int64 = 0
  private var drawnAt: Int64 = -1_000

  /// Milliseconds until a frame may be drawn; 0 is now.
  mutating func wait(at now: Int64, answersUser: Bool) -> Int64 {
    count(at: now)
    let budget = frames >= 1 ? 0 : Int64(((1 - frames) * Self.refill).rounded(.up))
    return answersUser ? budget : max(budget, Self.newsInterval - (now - drawnAt))
  }

  mutating func draw(at now: Int64) {
    count(at: now)
    frames -= 1
    drawnAt = now
  }

  private mutating func count(at now: Int64) {
    frames = min(Double(Self.burst), frames + Double(now - countedAt) / Self.refill)
    countedAt = now
  }
}
