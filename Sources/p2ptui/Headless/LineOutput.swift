import Dispatch
import Foundation
import Synchronization

/// Lines to a file descriptor. A reader that is slow holds up whoever prints, not the cooperative pool; one
/// that went away is told by `print`, and ends nothing.
final class LineOutput: Sendable {
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "p2ptui.output")
  private let isGone = Mutex(false)

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// - Returns: `false` if nobody reads any longer, or the task was cancelled.
  @discardableResult
  func print(_ lines: [String]) async -> Bool {
    guard !lines.isEmpty else { return !isGone.withLock { $0 } }
    let bytes = Array(lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async { continuation.resume(returning: self.write(bytes)) }
      }
    } onCancel: {
      isGone.withLock { $0 = true }
    }
  }

  /// A pipe that can be written to takes `piece` bytes at once, so that a wait is always in `poll`, which
  /// looks up often enough for a cancellation to be noticed soon.
  private func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let isReady = poll(&wait, 1, 100) > 0
      if isGone.withLock({ $0 }) { return false }
      guard isReady, let count = writePiece(rest) else { continue }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EAGAIN, errno != EINTR {
        isGone.withLock { $0 = true }
        return false
      }
    }
    return true
  }

  private static let piece = 4096
  /// Two outputs may be one pipe (`2>&1`): what one finds ready must not be taken by the other.
  private static let turn = Mutex(())

  /// - Returns: what `write` did; `nil` if it would have to wait.
  private func writePiece(_ bytes: ArraySlice<UInt8>) -> Int? {
    Self.turn.withLock { _ in
      var now = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&now, 1, 0) > 0 else { return nil }
      return bytes.prefix(Self.piece).withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress, $0.count)
      }
    }
  }
}
