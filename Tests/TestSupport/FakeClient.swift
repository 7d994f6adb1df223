import PeerCore
import Synchronization

/// A peer that shows the snapshots that a test makes, and remembers what it was asked.
public final class FakeClient: PeerClient {
  private struct State {
    var snapshot: Snapshot
    public var commands: [Command] = []
    var watchers: [AsyncStream<Snapshot>.Continuation] = []
    var isStopped = false
  }

  private let state: Mutex<State>
  private let reply: @Sendable (Command) -> CommandReply

  public init(
    _ snapshot: Snapshot, reply: @escaping @Sendable (Command) -> CommandReply = { _ in .done("done") }
  ) {
    state = Mutex(State(snapshot: snapshot))
    self.reply = reply
  }

  public var commands: [Command] { state.withLock { $0.commands } }
  /// The newest.
  public var snapshot: Snapshot { state.withLock { $0.snapshot } }

  public func snapshots() -> AsyncStream<Snapshot> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Snapshot.self, bufferingPolicy: .bufferingNewest(1))
    state.withLock {
      continuation.yield($0.snapshot)
      if $0.isStopped { continuation.finish() } else { $0.watchers.append(continuation) }
    }
    return stream
  }

  public func submit(_ command: Command) async -> CommandReply {
    state.withLock { $0.commands.append(command) }
    return reply(command)
  }

  /// Makes the next snapshot of the present one.
  public func change(_ change: (inout Snapshot) -> Void) {
    state.withLock {
      $0.snapshot.revision += 1
      change(&$0.snapshot)
      for watcher in $0.watchers { watcher.yield($0.snapshot) }
    }
  }

  /// As the peer does when it has stopped.
  public func stop() {
    state.withLock {
      $0.isStopped = true
      for watcher in $0.watchers { watcher.finish() }
    }
  }
}
