import DequeModule
import PeerCore
import Synchronization

/// Writes what the core wants remembered to the catalogue, in the background and in the order of the calls. While the
/// disk refuses, changes wait in memory and are tried again. One job is carried out at a time.
final class CatalogueWriter: Sendable {
  private enum Job {
    case apply([CatalogueChange])
    case trash(LocalCopy, of: FileID)
    case afterwards(@Sendable (_ isWritten: Bool) -> Void)
  }

  private struct State {
    var jobs: Deque<Job> = []
    /// How many changes and copies are not dealt with yet.
    var backlog = 0
    /// How many copies of each file are being moved to the trash, or wait for that.
    var trashing: [FileID: Int] = [:]
    /// Whether a task is at work on the jobs.
    var isRunning = false
    /// The pause in which more changes may come, while there is one.
    var gathering: Task<Void, Never>?
    var isStopping = false
    /// Whether the disk refused the last job.
    var isRefused = false
    /// Those who wait for the work to end.
    var finishing: [CheckedContinuation<Void, Never>] = []

    /// Whether the jobs may wait for more: there are few changes, and nobody waits for them.
    var hasTime: Bool {
      !isStopping && !jobs.isEmpty && backlog < CatalogueWriter.batch
        && jobs.allSatisfy { if case .apply = $0 { true } else { false } }
    }

    /// Tells everybody who waits for changes to be written that they are not.
    mutating func failAfterwards() {
      for case .afterwards(let work) in jobs { work(false) }
      jobs.removeAll { if case .afterwards = $0 { true } else { false } }
    }

    /// Takes back that a file is to be removed from the catalogue.
    mutating func cancelRemoval(of id: FileID) {
      for index in jobs.indices {
        guard case .apply(let changes) = jobs[index], changes.contains(.remove(id)) else { continue }
        jobs[index] = .apply(changes.filter { $0 != .remove(id) })
        backlog -= changes.count { $0 == .remove(id) }
      }
    }
  }

  /// The most changes that small jobs are joined to, for one transaction.
  private static let batch = 10_000
  /// How long changes wait for others, with which they share a transaction and its wait for the disk.
  private static let gatheringTime = Duration.milliseconds(200)
  private static let retryDelay = Duration.seconds(2)

  private let store: HomeStore
  private let state = Mutex(State())
  private let report: @Sendable (LogLevel, String) async -> Void

  init(store: HomeStore, report: @escaping @Sendable (LogLevel, String) async -> Void) {
    self.store = store
    self.report = report
  }

  /// How many changes and copies are not dealt with yet.
  var backlog: Int { state.withLock { $0.backlog } }

  func apply(_ changes: [CatalogueChange]) { enqueue(.apply(changes), changes.count) }

  /// Moves a copy to the trash, once all changes before it are written.
  func trash(_ copy: LocalCopy, of id: FileID) {
    state.withLock { $0.trashing[id, default: 0] += 1 }
    enqueue(.trash(copy, of: id), 1)
  }

  /// Calls `work` once all jobs before it are done, or as soon as the disk refuses one of them. The log then says why.
  func afterwards(_ work: @escaping @Sendable (_ isWritten: Bool) -> Void) { enqueue(.afterwards(work), 0) }

  /// Whether a copy of the file is still to be moved to the trash.
  func isTrashing(_ id: FileID) -> Bool { state.withLock { $0.trashing[id] != nil } }

  /// Waits until all is written, or until the disk refuses. Then there are no further tries.
  func finish() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        state.isStopping = true
        state.gathering?.cancel()
        if state.isRunning { state.finishing.append(continuation) }
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

  /// Pauses for a moment, so that changes that come one by one are written together. Ends early once somebody waits for
  /// them, or they are many.
  private func gather() async {
    let gathering = state.withLock { state -> Task<Void, Never>? in
      guard state.hasTime else { return nil }
      state.gathering = Task { try? await Task.sleep(for: Self.gatheringTime) }
      return state.gathering
    }
    await gathering?.value
  }

  /// The next job; changes that follow each other become one. `nil` if there is none, or if the peer is stopping and
  /// the disk refuses.
  private func nextJob() async -> Job? {
    await gather()
    let (job, finishing) = state.withLock { state -> (Job?, [CheckedContinuation<Void, Never>]) in
      let isHopeless = state.isStopping && state.isRefused
      guard !isHopeless, let first = state.jobs.popFirst() else {
        state.isRunning = false
        state.failAfterwards()
        defer { state.finishing = [] }
        return (nil, state.finishing)
      }
      guard case .apply(var changes) = first else { return (first, []) }
      while changes.count < Self.batch, case .apply(let more)? = state.jobs.first {
        changes += more
        state.jobs.removeFirst()
      }
      return (.apply(changes), [])
    }
    for waiting in finishing { waiting.resume() }
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

  /// Puts a job that the disk refused back in front of the others, and waits a little. The log says it once, not at
  /// each try.
  private func tryAgain(_ job: Job, _ problem: String) async {
    let (isNews, isStopping) = state.withLock { state in
      state.jobs.prepend(job)
      state.failAfterwards()
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
      // The copy stays known, so that the next start tries again. If it were forgotten, the next scan would find it and
      // share it.
      state.withLock { $0.cancelRemoval(of: id) }
    }
    state.withLock {
      $0.backlog -= 1
      $0.isRefused = false
      $0.trashing[id] = $0.trashing[id].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
  }
}
