/// Limits reports of progress to twenty a second.
struct ProgressPacer {
  private var last = ContinuousClock.now
  private static let interval = Duration.milliseconds(50)

  /// Whether it is time for the next report. If so, the time begins anew.
  var isDue: Bool {
    mutating get {
      let now = ContinuousClock.now
      guard now - last >= Self.interval else { return false }
      last = now
      return true
    }
  }
}
