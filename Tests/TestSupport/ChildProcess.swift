import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

public let newline = UInt8(ascii: "\n")

/// A program that a test started, with its three standard streams on pipes. Ended by its process id, at the
/// latest when nobody holds this object any longer.
public final class ChildProcess: Sendable {
  public let pid: pid_t
  public let output: OutputLines
  public let errors = OutputLines(separator: newline)
  private let separator: UInt8
  private let input: Mutex<Int32?>
  private let exit = ExitStatus()

  /// - Parameters:
  ///   - executable: looked up in `PATH` unless it has a slash.
  ///   - environment: replaces or adds variables of this process; `nil` removes one.
  ///   - separator: what ends a line of its input and output.
  public init(
    _ executable: String, _ arguments: [String], environment: [String: String?] = [:],
    separator: UInt8 = newline
  ) throws {
    self.separator = separator
    output = OutputLines(separator: separator)
    let (pid, stdin, stdout, stderr) = try Self.spawning.withLock { _ in
      try Self.spawn(executable, arguments, environment)
    }
    self.pid = pid
    input = Mutex(stdin)
    output.collect(from: stdout)
    errors.collect(from: stderr)
    exit.reap(pid)
  }

  deinit {
    closeInput()
    if isRunning { kill(pid, SIGKILL) }
  }

  /// The streams of one child must not be inherited by another that is started at the same time, which
  /// would never see their end: hence close-on-exec, and one start at a time.
  private static let spawning = Mutex(())

  /// - Returns: the process id, and our ends of its three standard streams.
  private static func spawn(
    _ executable: String, _ arguments: [String], _ environment: [String: String?]
  ) throws -> (pid_t, Int32, Int32, Int32) {
    let stdin = try pipe()
    let stdout = try pipe()
    let stderr = try pipe()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, stdin.read, 0)
    posix_spawn_file_actions_adddup2(&actions, stdout.write, 1)
    posix_spawn_file_actions_adddup2(&actions, stderr.write, 2)
    // Threads of Swift's concurrency block signals, and a child would inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var merged = ProcessInfo.processInfo.environment
    for (name, value) in environment { merged[name] = value }
    let argv = ([executable] + arguments).map { strdup($0) } + [nil]
    let envp = merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }

    var pid: pid_t = 0
    let error = posix_spawnp(&pid, executable, &actions, &attributes, argv, envp)
    for end in [stdin.read, stdout.write, stderr.write] { close(end) }
    guard error == 0 else {
      for end in [stdin.write, stdout.read, stderr.read] { close(end) }
      throw Unexpected("cannot start \(executable): \(String(cString: strerror(error)))")
    }
    return (pid, stdin.write, stdout.read, stderr.read)
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else {
      throw Unexpected("cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  public var isRunning: Bool { exit.status == nil }

  /// The exit code, or minus the number of the signal that ended it; `nil` while it runs.
  public var status: Int32? { exit.status }

  public func send(line: String) {
    input.withLock { descriptor in
      guard let descriptor else { return }
      var bytes = Array(line.utf8)[...]
      bytes.append(separator)
      while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return }
        bytes = bytes.dropFirst(count)
      }
    }
  }

  public func closeInput() {
    input.withLock { descriptor in
      if let descriptor { close(descriptor) }
      descriptor = nil
    }
  }

  /// Sends a signal, unless the program has ended.
  public func signal(_ number: Int32) {
    exit.ifRunning { kill(pid, number) }
  }

  /// Waits for the end of the program and of both its outputs.
  @discardableResult
  public func waitForEnd(within limit: Duration = patience) async throws -> Int32 {
    try await eventually("the end of process \(pid)", within: limit) {
      output.hasEnded && errors.hasEnded ? exit.status : nil
    }
  }

  /// SIGKILL, and wait until it is gone.
  public func end() async throws {
    signal(SIGKILL)
    try await eventually("the end of process \(pid)") { exit.status != nil }
  }

  /// Runs a program to its end and returns what it printed.
  public static func run(
    _ executable: String, _ arguments: [String], environment: [String: String?] = [:],
    within limit: Duration = patience
  ) async throws -> (status: Int32, output: [String], errors: [String]) {
    let process = try ChildProcess(executable, arguments, environment: environment)
    process.closeInput()
    let status = try await process.waitForEnd(within: limit)
    return (status, process.output.all, process.errors.all)
  }
}

/// The lines that came from a stream so far.
public final class OutputLines: Sendable {
  private struct State {
    var lines: [String] = []
    var hasEnded = false
  }

  private let state = Mutex(State())
  private let separator: UInt8

  init(separator: UInt8) { self.separator = separator }

  /// Whole lines, and at the end of the stream what was left without a line break.
  public var all: [String] { state.withLock { $0.lines } }
  public var count: Int { state.withLock { $0.lines.count } }
  public var hasEnded: Bool { state.withLock { $0.hasEnded } }
  public var text: String { all.joined(separator: "\n") }

  public func after(_ count: Int) -> ArraySlice<String> { all.dropFirst(count) }

  /// Waits for a line that matches, past or to come.
  @discardableResult
  public func line(
    _ what: String, within limit: Duration = patience, file: String = #fileID, line: Int = #line,
    where matches: (String) -> Bool
  ) async throws -> String {
    try await eventually(what, within: limit, file: file, line: line) { all.first(where: matches) }
  }

  fileprivate func collect(from descriptor: Int32) {
    Thread.detachNewThread { [self] in
      var rest: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        rest += buffer[..<count]
        guard let end = rest.lastIndex(of: separator) else { continue }
        let whole = rest[..<end].split(separator: separator, omittingEmptySubsequences: false)
        state.withLock { $0.lines += whole.map { String(decoding: $0, as: UTF8.self) } }
        rest.removeFirst(end + 1)
      }
      close(descriptor)
      state.withLock {
        if !rest.isEmpty { $0.lines.append(String(decoding: rest, as: UTF8.self)) }
        $0.hasEnded = true
      }
    }
  }
}

/// Waits for a child and knows how it ended. A signal never goes to an id that was given to somebody else.
private final class ExitStatus: Sendable {
  private let value = Mutex<Int32?>(nil)

  var status: Int32? { value.withLock { $0 } }

  func ifRunning(_ action: () -> Void) {
    value.withLock { if $0 == nil { action() } }
  }

  func reap(_ pid: pid_t) {
    Thread.detachNewThread { [self] in
      // Waits without reaping, so that the id stays the child's until the lock is held.
      var information = siginfo_t()
      while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
      value.withLock { value in
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        value = signal == 0 ? (status >> 8) & 0xFF : -signal
      }
    }
  }
}
