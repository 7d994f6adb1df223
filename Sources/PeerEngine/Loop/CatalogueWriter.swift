import DequeModule
import PeerCore
import Synchronization

/// Writes what the core wants remembered, in order and in the background. While the disk refuses, changes
/// wait in memory and are tried again.
final class CatalogueWriter: Sendable {
  private enum Job {
    case apply([CatalogueChange])
    case trash(LocalCopy, of: FileID)
    case afterwards(@Sendable (_ isWritten: Bool) -> Void)
  }

  private struct State {
    var jobs: Deque<Job> = []
    var backlog = 0
    /// Copies that wait to be moved to the trash, or are being moved.
    var trashing: [FileID: Int] = [:]
    var isRunning = false
    /// The wait for more changes, while there is one.
    var gathering: Task<Void, Never>?
    var isStopping = false
    var isRefused = false
    var idle: [CheckedContinuation<Void, Never>] = []

    /// Whether nobody waits for what is to be done, and there is little of it.
    var hasTime: Bool {
      !isStopping && !jobs.isEmpty && backlog < CatalogueWriter.batch
        && jobs.allSatisfy { if case .apply = $0 { true } else { false } }
    }

    /// Nobody waits for what is not written any longer.
    mutating func abandonWaiting() {
      for case .afterwards(let work) in jobs { work(false) }
      jobs.removeAll { if case .afterwards = $0 { true } else { false } }
    }

    /// A file is not removed from the catalogue after all.
    mutating func keepKnown(_ id: FileID) {
      for index in jobs.indices {
        guard case .apply(let changes) = jobs[index], changes.contains(.remove(id)) else { continue }
        jobs[index] = .apply(changes.filter { $0 != .remove(id) })
        backlog -= changes.count { $0 == .remove(id) }
      }
    }
  }

  /// Changes written in one transaction.
  private static let batch = 10_000
  /// Changes that come within so long share a transaction, and with it a wait for the disk.
  private static let gatheringTime = Duration.milliseconds(200)
  private static let retryDelay = Duration.seconds(2)

  private let store: HomeStore
  private let state = Mutex(State())
  private let report: @Sendable (LogLevel, String) async -> Void

  init(store: HomeStore, report: @escaping @Sendable (LogLevel, String) async -> Void) {
    self.store = store
    self.report = report
  }

  /// Changes that wait.
  var backlog: Int { state.withLock { $0.backlog } }

  func apply(_ changes: [CatalogueChange]) { enqueue(.apply(changes), changes.count) }

  /// After everything before it has been written.
  func trash(_ copy: LocalCopy, of id: FileID) {
    state.withLock { $0.trashing[id, default: 0] += 1 }
    enqueue(.trash(copy, of: id), 1)
  }

  /// Called once everything before it has been written, or when the disk refuses, which the log says.
  func afterwards(_ work: @escaping @Sendable (_ isWritten: Bool) -> Void) { enqueue(.afterwards(work), 0) }

  /// A copy of that file is still to be moved to the trash.
  func isTrashing(_ id: FileID) -> Bool { state.withLock { $0.trashing[id] != nil } }

  /// Returns when all is written, or when the disk refuses.
  func finish() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        state.isStopping = true
        state.gathering?.cancel()
        if state.isRunning { state.idle.append(continuation) }
        return !state.isRunning
      }
      if isIdle { continuation.resume() }
    }
  }

  private func enqueue(_ job: Job, _ count: Int) {
    let begins = state.withLock { state in
      state.jobs.append(job)
      state.backlog += count
      if !state.hasTime { state.gathering?.cancel() }
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if begins { Task { await work() } }
  }

  private func work() async {
    while let job = await nextJob() {
      switch job {
      case .apply(let changes): await write(changes)
      case .trash(let copy, let id): await moveToTrash(copy, id)
      case .afterwards(let work): work(true)
      }
    }
  }

  private func gather() async {
    let gathering = state.withLock { state -> Task<Void, Never>? in
      guard state.hasTime else { return nil }
      state.gathering = Task { try? await Task.sleep(for: Self.gatheringTime) }
      return state.gathering
    }
    await gathering?.value
  }

  /// Joins small batches that wait one after the other. `nil` when there is nothing to do, or no use in it.
  private func nextJob() async -> Job? {
    await gather()
    let (job, idle) = state.withLock { state -> (Job?, [CheckedContinuation<Void, Never>]) in
      let isHopeless = state.isStopping && state.isRefused
      guard !isHopeless, let first = state.jobs.popFirst() else {
        state.isRunning = false
        state.abandonWaiting()
        defer { state.idle = [] }
        return (nil, state.idle)
      }
      guard case .apply(var changes) = first else { return (first, []) }
      while changes.count < Self.batch, case .apply(let more)? = state.jobs.first {
        changes += more
        state.jobs.removeFirst()
      }
      return (.apply(changes), [])
    }
    for waiting in idle { waiting.resume() }
    return job
  }

  private func write(_ changes: [CatalogueChange]) async {
    do {
      try await store.apply(changes)
      let wasRefused = state.withLock { state in
        state.backlog -= changes.count
        defer { state.isRefused = false }
        return state.isRefused
      }
      if wasRefused { await report(.info, "the catalogue can be written again") }
    } catch {
      await tryAgain(.apply(changes), "the catalogue cannot be written: \(error)")
    }
  }

  private func tryAgain(_ job: Job, _ problem: String) async {
    let (isNews, isStopping) = state.withLock { state in
      state.jobs.prepend(job)
      state.abandonWaiting()
      defer { state.isRefused = true }
      return (!state.isRefused, state.isStopping)
    }
    if isNews { await report(.error, "\(problem). It is tried again") }
    if !isStopping { try? await Task.sleep(for: Self.retryDelay) }
  }

  private func moveToTrash(_ copy: LocalCopy, _ id: FileID) async {
    let problem = "cannot move “\(Visible.text(copy.storedName))” to the trash"
    do throws(StorageError) {
      try await store.trash(copy, of: id)
    } catch {
      if error.mayPass { return await tryAgain(.trash(copy, of: id), "\(problem): \(error)") }
      await report(.error, "\(problem): \(error)")
      // It stays known, so that the next start tries again; unknown, it would be found and shared.
      state.withLock { $0.keepKnown(id) }
    }
    state.withLock {
      $0.backlog -= 1
      $0.isRefused = false
      $0.trashing[id] = $0.trashing[id].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
  }
}
