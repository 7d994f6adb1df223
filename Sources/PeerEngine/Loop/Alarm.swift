/// Rings once, at the last deadline that it was set to.
struct Alarm {
  private var pending: (deadline: Int64, task: Task<Void, Never>)?

  /// When it rings, as an `uptime` in milliseconds; `.max` is never.
  var deadline: Int64 { pending?.deadline ?? .max }

  mutating func set(to deadline: Int64, _ clock: SystemClock, ring: @escaping @Sendable () async -> Void) {
    cancel()
    guard deadline < .max else { return }
    let instant = clock.instant(of: deadline)
    let task = Task {
      guard (try? await Task.sleep(until: instant, clock: .continuous)) != nil else { return }
      await ring()
    }
    pending = (deadline, task)
  }

  /// It has rung. From now on it can be set to the same deadline again.
  mutating func hasRung() { pending = nil }

  mutating func cancel() {
    pending?.task.cancel()
    pending = nil
  }
}
