/// When the next frame may be drawn: what a key does at once, news of the peer a few times a second, and never
/// more than 20 frames in any second, which is light over a slow line.
struct FrameBudget: Sendable {
  /// What a frame is drawn for.
  enum Cause: Comparable {
    case news
    /// What the user asked for has been found, sorted or done. It leaves a frame for the next key.
    case answer
    /// A key, the mouse or a new size has changed what is to be seen.
    case key
  }

  /// Frames in a row, and how soon each comes back (milliseconds): 4 at once and 16 in the second after them.
  static let burst = 4
  static let refill: Double = 1000 / 16
  /// Milliseconds from one frame to the next that no key asked for: fluent enough for bars and rates.
  static let newsInterval: Int64 = 200

  private var frames = Double(burst)
  private var countedAt: Int64 = 0
  private var drawnAt: Int64 = -1_000

  /// Milliseconds until a frame may be drawn; 0 is now.
  mutating func wait(at now: Int64, for cause: Cause) -> Int64 {
    count(at: now)
    let needed: Double = cause == .key ? 1 : 2
    let budget = frames >= needed ? 0 : Int64(((needed - frames) * Self.refill).rounded(.up))
    return cause == .news ? max(budget, Self.newsInterval - (now - drawnAt)) : budget
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
