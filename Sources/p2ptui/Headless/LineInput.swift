import Dispatch
import Foundation
import Synchronization

/// Lines from a file descriptor, one at a time and only when asked for. The blocking read stands on a thread
/// of its own, never on one of the cooperative pool.
final class LineInput: Sendable {
  /// Bytes of one line: a path of 4 KiB, quoted, many times over.
  static let longestLine = 64 * 1024

  enum Line: Sendable, Equatable {
    case text(String)
    /// Longer than `longestLine`; what it said is gone.
    case tooLong
  }

  private let descriptor: Int32
  private let queue = DispatchQueue(label: "p2ptui.input")
  /// A byte here ends the wait in `next`.
  private let wake: (read: Int32, write: Int32)
  private let buffered = Mutex(Buffered())

  private struct Buffered {
    var bytes: [UInt8] = []
    var isSkipping = false
    var isAtEnd = false
  }

  /// - Throws: `POSIXError` if the system has no descriptors left.
  init(descriptor: Int32) throws {
    self.descriptor = descriptor
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EMFILE) }
    wake = (ends[0], ends[1])
  }

  deinit {
    close(wake.read)
    close(wake.write)
  }

  /// The next line without its line break; `nil` at the end of input and after the task was cancelled.
  /// The last line may lack its break. Not to be called twice at once.
  func next() async -> Line? {
    if !Task.isCancelled, let line = takeLine() { return line }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async { continuation.resume(returning: self.readLine()) }
      }
    } onCancel: {
      _ = [0].withUnsafeBytes { write(wake.write, $0.baseAddress, 1) }
    }
  }

  private func readLine() -> Line? {
    while true {
      if let line = takeLine() { return line }
      guard !buffered.withLock({ $0.isAtEnd }), waitForInput() else { return nil }
      var chunk = [UInt8](repeating: 0, count: 16 * 1024)
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      buffered.withLock {
        if count > 0 { $0.bytes.append(contentsOf: chunk[..<count]) } else { $0.isAtEnd = true }
      }
    }
  }

  /// A line out of the buffer; `nil` if more has to be read, or nothing is left.
  private func takeLine() -> Line? {
    buffered.withLock { state in
      if let end = state.bytes.firstIndex(of: UInt8(ascii: "\n")) {
        var line = state.bytes[..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        let isTooLong = state.isSkipping || line.count > Self.longestLine
        state.bytes.removeSubrange(...end)
        state.isSkipping = false
        return isTooLong ? .tooLong : .text(text)
      }
      if state.isAtEnd {
        defer { state = Buffered(isAtEnd: true) }
        if state.isSkipping { return .tooLong }
        return state.bytes.isEmpty ? nil : .text(String(decoding: state.bytes, as: UTF8.self))
      }
      if state.bytes.count > Self.longestLine {
        state.bytes.removeAll()
        state.isSkipping = true
      }
      return nil
    }
  }

  /// Whether there is something to read, or the end; `false` if the wait was ended.
  private func waitForInput() -> Bool {
    var waits = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&waits, nfds_t(waits.count), -1) < 0 {
      guard errno == EINTR else { return false }
    }
    return waits[1].revents == 0
  }
}
