import PeerCore

/// Keeps the catalogue true to `files/`: it looks there at the start, and whenever something may have changed.
struct FilesWatcher: Sendable {
  let store: HomeStore
  let loop: EngineLoop
  let owner: PeerID
  private static let longestRest = Duration.seconds(10)

  /// Watches until the task is cancelled.
  func run() async {
    let changes = store.changes()
    await look()
    for await _ in changes {
      if Task.isCancelled { return }
      let start = ContinuousClock.now
      await look()
      // While files keep coming, looking takes a fifth of the time at most.
      try? await Task.sleep(for: min((ContinuousClock.now - start) * 4, Self.longestRest))
    }
  }

  /// Scans, and goes on as long as there is more to hash, or some files are still being written.
  private func look() async {
    while !Task.isCancelled {
      do {
        let result = try await store.scan(owner: owner)
        await tell(result)
        if result.unsettled {
          try? await Task.sleep(for: .nanoseconds(HomeStore.settleTime))
        } else if !result.unfinished {
          return
        }
      } catch .closed {
        return
      } catch {
        await loop.log(.error, "cannot look at files/: \(error)")
        return
      }
    }
  }

  private func tell(_ result: ScanResult) async {
    for notice in result.notices { await loop.log(.warning, notice) }
    guard !result.found.isEmpty || !result.gone.isEmpty else { return }
    let now = SystemClock().now.wall
    await loop.deliver(
      .scanned(
        found: result.found.map { StoredFile(entry: $0.entry, copy: $0.copy, firstSeen: now) },
        gone: result.gone))
  }
}
