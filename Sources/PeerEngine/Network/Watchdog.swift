import NIOCore
import Synchronization

/// Closes a channel whose peer keeps us waiting (PROTOCOL.md, "Protection": 15 s without a byte, a least rate for
/// transfers). The code that uses the channel says what it waits for. The time of our own work, such as with the disk,
/// never counts against the peer.
final class Watchdog: Sendable {
  enum Verdict: Equatable, Sendable {
    case idle
    case tooSlow
  }

  private enum Wait {
    case nothing
    case forByte(since: NIODeadline, atMost: TimeAmount)
    case forWrite(since: NIODeadline)
  }

  private struct State {
    var wait = Wait.nothing
    var windowStart: NIODeadline?
    var windowBytes = 0
    var verdict: Verdict?
    var timer: RepeatedTask?
  }

  private let limits: NetworkLimits
  private let state = Mutex(State())

  init(_ channel: any Channel, limits: NetworkLimits) {
    self.limits = limits
    let shortest = min(limits.idleTimeout, limits.keepAlive, limits.progressWindow)
    let interval = max(TimeAmount.nanoseconds(shortest.nanoseconds / 15), .milliseconds(10))
    let timer = channel.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) {
      [weak self] _ in
      guard let self, self.judge(at: .now()) else { return }
      channel.close(promise: nil)
    }
    state.withLock { $0.timer = timer }
  }

  deinit { stop() }

  func stop() { state.withLock { $0.timer }?.cancel() }

  /// Why this watchdog has closed the channel; `nil` if it has not.
  var verdict: Verdict? { state.withLock { $0.verdict } }

  func waitForByte() { wait(atMost: limits.idleTimeout) }
  /// Waits for the next request on a connection that is kept.
  func waitForRequest() { wait(atMost: limits.keepAlive) }
  /// Waits for the first byte of an answer that the other side has to hash a file for.
  func waitForHashing() { wait(atMost: limits.hashingTimeout) }

  private func wait(atMost time: TimeAmount) {
    state.withLock { $0.wait = .forByte(since: .now(), atMost: time) }
  }

  func waitForWrite() { state.withLock { $0.wait = .forWrite(since: .now()) } }

  /// It is our turn to work: nothing is waited for.
  func work() { state.withLock { $0.wait = .nothing } }

  /// From now on, `NetworkLimits.leastProgress` bytes at least have to come in each `NetworkLimits.progressWindow`.
  func demandProgress() {
    state.withLock {
      $0.windowStart = .now()
      $0.windowBytes = 0
    }
  }

  /// Until the next demand, bytes may come as slowly as they like.
  func endDemand() { state.withLock { $0.windowStart = nil } }

  func received(_ count: Int) {
    state.withLock {
      $0.wait = .nothing
      $0.windowBytes += count
    }
  }

  private func judge(at now: NIODeadline) -> Bool {
    state.withLock {
      guard $0.verdict == nil else { return false }
      switch $0.wait {
      case .nothing: return false
      case .forByte(let since, let time) where now - since > time: $0.verdict = .idle
      case .forWrite(let since) where now - since > limits.progressWindow: $0.verdict = .tooSlow
      case .forByte, .forWrite: break
      }
      if let start = $0.windowStart, now - start > limits.progressWindow {
        if $0.windowBytes < limits.leastProgress { $0.verdict = $0.verdict ?? .tooSlow }
        $0.windowStart = now
        $0.windowBytes = 0
      }
      return $0.verdict != nil
    }
  }
}
