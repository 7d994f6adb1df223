import Dispatch
import Foundation
import PeerCore
import Synchronization

/// The log on disk: `peer.log`, and the older files that it was rotated to, `peer.log.1` to `peer.log.3`. It is written
/// in the background. A disk that is full or slow costs lines, which are counted, and never holds the peer up.
final class LogFile: Sendable {
  /// Bytes of one file: room for some 40,000 lines.
  static let capacity = 4 << 20
  static let olderFiles = 3
  /// The most lines that wait to be written. Further ones are lost, and counted.
  static let waiting = 4_096
  /// The least time between two writes: a single line is written at once, many go together.
  private static let pause = DispatchTimeInterval.milliseconds(50)

  private struct State {
    var waiting: [LogEntry] = []
    /// Whether a write of what waits is on its way.
    var isWriting = false
    var lost = 0
    var lastWrite = DispatchTime(uptimeNanoseconds: 0)
  }

  private struct Output {
    var file: FileHandle?
    var size: Int
  }

  private let path: String
  private let queue = DispatchQueue(label: "log-file")
  private let state = Mutex(State())
  /// Used only on the queue, which may wait for the disk.
  private let output: Mutex<Output>

  /// - Throws: `StartError` if the file can't be written.
  init(path: String) throws(StartError) {
    self.path = path
    do {
      let (file, size) = try Self.open(path)
      output = Mutex(Output(file: file, size: size))
    } catch {
      let reason = (error as? POSIXError).map { Disk.reason($0.code.rawValue) }
      throw StartError(
        "cannot write the log to \(path): \(reason ?? error.localizedDescription). Choose another --log-file")
    }
  }

  private static func open(_ path: String) throws -> (FileHandle, Int) {
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    return (file, Int(try file.seekToEnd()))
  }

  func append(_ entry: LogEntry) {
    let time: DispatchTime? = state.withLock { state in
      guard state.waiting.count < Self.waiting else {
        state.lost += 1
        return nil
      }
      state.waiting.append(entry)
      defer { state.isWriting = true }
      return state.isWriting ? nil : state.lastWrite + Self.pause
    }
    guard let time else { return }
    if time <= .now() {
      queue.async { self.write() }
    } else {
      queue.asyncAfter(deadline: time) { self.write() }
    }
  }

  /// Writes all that was appended, and returns when that is done.
  func flush() { queue.sync { write() } }

  /// Writes everything that waits at once.
  private func write() {
    let (entries, lost) = state.withLock { state in
      defer { state = State(lastWrite: .now()) }
      return (state.waiting, state.lost)
    }
    if entries.isEmpty, lost == 0 { return }
    var text = lost > 0 ? "… \(lost) lines are missing here\n" : ""
    for entry in entries {
      text +=
        "\(UTCTime(milliseconds: entry.time).iso8601) \(entry.level.rawValue.uppercased()) \(entry.text)\n"
    }
    let isWritten = output.withLock { output in
      if output.file == nil { (output.file, output.size) = (try? Self.open(path)) ?? (nil, 0) }
      if output.size + text.utf8.count > Self.capacity { rotate(&output) }
      do {
        guard let file = output.file else { return false }
        try file.write(contentsOf: Data(text.utf8))
        output.size += text.utf8.count
        return true
      } catch {
        return false
      }
    }
    if !isWritten { state.withLock { $0.lost += lost + entries.count } }
  }

  private func rotate(_ output: inout Output) {
    try? output.file?.close()
    let files = FileManager.default
    try? files.removeItem(atPath: "\(path).\(Self.olderFiles)")
    for number in stride(from: Self.olderFiles - 1, through: 1, by: -1) {
      try? files.moveItem(atPath: "\(path).\(number)", toPath: "\(path).\(number + 1)")
    }
    try? files.moveItem(atPath: path, toPath: "\(path).1")
    (output.file, output.size) = (try? Self.open(path)) ?? (nil, 0)
  }
}
