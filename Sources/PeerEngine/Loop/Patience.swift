/// Waits until the tasks have ended, but no longer than `patience`. They are not cancelled.
func wait(for tasks: [Task<Void, Never>], atMost patience: Duration) async {
  let (ended, continuation) = AsyncStream.makeStream(of: Never.self)
  Task {
    for task in tasks { await task.value }
    continuation.finish()
  }
  let timer = Task {
    try? await Task.sleep(for: patience)
    continuation.finish()
  }
  for await _ in ended {}
  timer.cancel()
}
