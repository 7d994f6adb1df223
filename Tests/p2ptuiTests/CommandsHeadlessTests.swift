import Foundation
import PeerCore
import TestSupport
import Testing

@testable import p2ptui

/// Both ends of a pipe. Whatever may wait does so on a thread of its own, so that tests that wait for one
/// another never fill the cooperative pool.
private final class Pipe: Sendable {
  let read: FileHandle
  let write: FileHandle

  init() {
    let pipe = Foundation.Pipe()
    (read, write) = (pipe.fileHandleForReading, pipe.fileHandleForWriting)
  }

  func send(_ text: String) async throws {
    try await aside { try self.write.write(contentsOf: Data(text.utf8)) }
  }

  /// Exactly as many bytes as this text has.
  func receive(like text: String) async throws -> String {
    try await aside {
      String(decoding: try self.read.read(upToCount: text.utf8.count) ?? Data(), as: UTF8.self)
    }
  }

  /// What was written, after the writing end was closed.
  func closeAndReceive() async throws -> String {
    try write.close()
    return try await aside { String(decoding: try self.read.readToEnd() ?? Data(), as: UTF8.self) }
  }

  private func aside<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
    }
  }
}

/// A headless session over pipes.
private struct Session {
  let client: FakeClient
  let input = Pipe()
  let output = Pipe()
  let log = Pipe()

  init(_ snapshot: Snapshot = snapshot([file("aaaa", "a.txt")])) { client = FakeClient(snapshot) }

  func start(json: Bool = false) -> Task<Leave?, any Error> {
    let commands = Commands(client: client, workingDirectory: "/", homeDirectory: "/")
    return Task {
      try await runHeadless(
        client: client, commands: commands, json: json, input: input.read.fileDescriptor,
        output: output.write.fileDescriptor, log: log.write.fileDescriptor)
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct HeadlessTests {
  @Test func `it answers lines, and quits`() async throws {
    let session = Session()
    try await session.input.send("list\r\n\nnonsense\nquit\nlist\n")
    #expect(try await session.start().value == .quit)
    let lines = try await session.output.closeAndReceive().split(separator: "\n")
    #expect(lines.map { $0.prefix(7) } == ["ID     ", "aaaa000", "1 file,", "unknown"])
  }

  @Test func `the end of input ends the commands, not the peer`() async throws {
    let session = Session()
    try await session.input.send("peers")
    try session.input.write.close()
    let running = session.start()
    #expect(try await session.output.receive(like: "0 peers\n") == "0 peers\n")
    session.client.stop()
    #expect(try await running.value == nil)
  }

  @Test func `exit leaves the loop, and the log goes on`() async throws {
    let session = Session()
    try await session.input.send("exit\npeers\n")
    let running = session.start()
    let farewell = "The peer goes on serving.\n"
    #expect(try await session.output.receive(like: farewell) == farewell)
    session.client.change { $0.log.append(LogEntry(seq: 1, time: 0, level: .warning, text: "late")) }
    let line = "1970-01-01T00:00:00.000Z warning late\n"
    #expect(try await session.log.receive(like: line) == line)
    session.client.stop()
    #expect(try await running.value == nil)
  }

  @Test func `programs get JSON lines`() async throws {
    let entry = LogEntry(seq: 7, time: 0, level: .info, text: "\u{1B}ж")
    let session = Session(snapshot(log: [entry]))
    let running = session.start(json: true)
    let line = #"{"seq":7,"time":"1970-01-01T00:00:00.000Z","level":"info","text":"\u001b\u0436"}"# + "\n"
    #expect(try await session.log.receive(like: line) == line)
    try await session.input.send("peers\nquit\n")
    #expect(try await running.value == .quit)
    #expect(
      try await session.output.closeAndReceive() == """
        {"command":"peers","ok":true,"peers":[]}
        {"command":"quit","ok":true}

        """)
  }

  @Test func `commands go on being read when nobody reads their output`() async throws {
    let session = Session()
    try session.output.read.close()
    try await session.input.send("help\nlist\nquit\n")
    #expect(try await session.start().value == .quit)
  }

  /// As `2>&1 | less` has it, whose user reads no further and ends the program.
  @Test func `two outputs into one pipe that nobody reads end when asked`() async throws {
    let pipe = Pipe()
    let descriptor = pipe.write.fileDescriptor
    let line = String(repeating: "x", count: 1_000)
    let tasks = [LineOutput(descriptor: descriptor), LineOutput(descriptor: descriptor)].map { output in
      Task { while await output.print(Array(repeating: line, count: 500)) {} }
    }
    try await eventually("the pipe is full") {
      var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      return poll(&state, 1, 0) == 0
    }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
    _ = try await pipe.closeAndReceive()
  }

  @Test func `a line that is too long is refused, and the next one answered`() async throws {
    let session = Session()
    let running = session.start()
    try await session.input.send(String(repeating: "x", count: 3 * LineInput.longestLine) + "\npeers\nquit\n")
    #expect(try await running.value == .quit)
    #expect(
      try await session.output.closeAndReceive()
        == "a line is longer than \(LineInput.longestLine) bytes\n0 peers\n")
  }

  @Test func `cancellation ends the wait for input`() async throws {
    let session = Session()
    let running = session.start()
    running.cancel()
    #expect(try await running.value == nil)
  }

  @Test func `missed lines of the log are counted`() async throws {
    let session = Session(snapshot(log: [LogEntry(seq: 41, time: 0, level: .info, text: "x")]))
    session.client.stop()
    _ = try await session.start().value
    #expect(try await session.log.closeAndReceive().hasPrefix("… 40 lines not shown\n"))
  }
}
