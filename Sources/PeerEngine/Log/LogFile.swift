import Dispatch
import Foundation
import PeerCore
import Synchronization

/// The log on disk, rotated: `peer.log`, and older ones as `peer.log.1` to `peer.log.3`. Written in the
/// background; a disk that is full or slow costs lines, which are counted, and never holds the peer up.
final class LogFile: Sendable {
  /// Bytes of one file: some 40,000 lines.
  static let capacity = 4 << 20
  static let olderFiles = 3
  /// Lines that wait to be written.
  static let waiting = 4_096

  private struct State {
    var file: FileHandle?
    var size = 0
    var waiting = 0
    var lost = 0
  }

  private let path: String
  private let queue = DispatchQueue(label: "log-file")
  private let state: Mutex<State>

  /// - Throws: `StartError` if the file can't be written.
  init(path: String) throws(StartError) {
    self.path = path
    do {
      let (file, size) = try Self.open(path)
      state = Mutex(State(file: file, size: size))
    } catch {
      throw StartError(
        "cannot write the log to \(path): \(error.localizedDescription). Choose another --log-file")
    }
  }

  private static func open(_ path: String) throws -> (FileHandle, Int) {
    if !FileManager.default.fileExists(atPath: path) {
      try Data().write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
    }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    return (file, Int(try file.seekToEnd()))
  }

  func append(_ entry: LogEntry) {
    let isAccepted = state.withLock { state in
      guard state.waiting < Self.waiting else {
        state.lost += 1
        return false
      }
      state.waiting += 1
      return true
    }
    if isAccepted { queue.async { self.write(entry) } }
  }

  /// Waits until what was appended is written.
  func flush() { queue.sync {} }

  private func write(_ entry: LogEntry) {
    state.withLock { state in
      state.waiting -= 1
      var line =
        "\(UTCTime(milliseconds: entry.time).iso8601) \(entry.level.rawValue.uppercased()) \(entry.text)\n"
      if state.lost > 0 {
        line = "… \(state.lost) lines are missing here\n" + line
      }
      if state.size + line.utf8.count > Self.capacity { rotate(&state) }
      do {
        try state.file?.write(contentsOf: Data(line.utf8))
        state.size += line.utf8.count
        state.lost = 0
      } catch {
        state.lost += 1
      }
    }
  }

  private func rotate(_ state: inout State) {
    try? state.file?.close()
    let files = FileManager.default
    try? files.removeItem(atPath: "\(path).\(Self.olderFiles)")
    for number in stride(from: Self.olderFiles - 1, through: 1, by: -1) {
      try? files.moveItem(atPath: "\(path).\(number)", toPath: "\(path).\(number + 1)")
    }
    try? files.moveItem(atPath: path, toPath: "\(path).1")
    (state.file, state.size) = (try? Self.open(path)) ?? (nil, 0)
  }
}
