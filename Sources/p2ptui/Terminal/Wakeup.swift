import CNcurses
import Foundation

/// What a thread that waits for keys is woken with: a pipe that tasks and signal handlers write to.
final class Wakeup: Sendable {
  let readEnd: Int32
  private let writeEnd: Int32

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  /// Wakes the thread. A full pipe will wake it anyway.
  func signal() {
    var byte: UInt8 = 0
    _ = Foundation.write(writeEnd, &byte, 1)
  }

  /// Whether the signals that concern the screen wake it too.
  func takeSignals(_ yes: Bool) { cn_signals_to(yes ? writeEnd : -1) }

  /// Empties the pipe: the numbers of the signals that came.
  func drain() -> Set<Int32> {
    var bytes = [UInt8](repeating: 0, count: 256)
    var numbers: Set<Int32> = []
    while case let count = read(readEnd, &bytes, bytes.count), count > 0 {
      numbers.formUnion(bytes[..<count].filter { $0 != 0 }.map(Int32.init))
    }
    return numbers
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }
}
