import Foundation

/// The real program, headless, in a home of its own, with the network's timings shortened.
public final class PeerProcess: Greetable {
  public let id: String
  public let port: Int
  public let home: URL
  public let process: ChildProcess
  public let api: StatsAPI

  public var address: String { "127.0.0.1:\(port)" }
  /// `files/` of its home.
  public var files: URL { home.appendingPathComponent("files") }

  /// The built program, which lies beside the tests; or another build of it, named by the environment.
  public static let executable: String = {
    if let other = ProcessInfo.processInfo.environment["P2PTUI_EXECUTABLE"] { return other }
    return builtProgram("p2ptui")
  }()

  /// Nothing is fetched unasked, unless a test says so.
  public static let quick = [
    "--gossip-interval", "0.5", "--peer-timeout", "3", "--cleanup-interval", "0.5", "--sync-delay", "0.3",
    "--auto-fetch", "0",
  ]

  init(
    id: String, port: Int, httpPort: Int, home: URL, bootstrap: [String], options: [String]
  ) throws {
    self.id = id
    self.port = port
    self.home = home
    api = StatsAPI(port: httpPort)
    let greet = bootstrap.isEmpty ? ["none"] : bootstrap
    process = try ChildProcess(
      Self.executable,
      [id, "127.0.0.1", "\(port)", "\(httpPort)", "--headless", "--home", home.path]
        + greet.flatMap { ["--bootstrap", $0] } + Self.quick + options,
      environment: ["XDG_CONFIG_HOME": home.appendingPathComponent("no-config").path])
  }

  func waitUntilReady() async throws {
    try await eventually("\(id) answers on its page's port") {
      if let status = process.status { throw Hopeless("it ended with status \(status)") }
      return await api.isHealthy()
    }
  }

  /// Types a command, as a person would.
  public func send(_ command: String) { process.send(line: command) }

  /// Shares a file by `push` and waits until the catalogue has it.
  @discardableResult
  public func push(_ file: URL) async throws -> FileInfo {
    send("push '\(file.path)'")
    return try await eventually("\(id) shares \(file.lastPathComponent)") {
      try await api.files().files.first { $0.local && $0.fileName == file.lastPathComponent }
    }
  }

  public func waitUntilItTracks(_ peer: String) async throws {
    try await eventually("\(id) tracks \(peer)") { try await api.peers().contains { $0.peerId == peer } }
  }

  public func waitUntilItForgets(peer: String) async throws {
    try await eventually("\(id) drops \(peer)") { try await !api.peers().contains { $0.peerId == peer } }
  }

  /// Waits until the file is listed, with a holder if one is named.
  @discardableResult
  public func waitUntilItLists(_ file: String, heldBy holder: String? = nil) async throws -> FileInfo {
    try await eventually("\(id) lists \(file) of \(holder ?? "anyone")") {
      guard let info = try await api.file(file) else { return nil }
      return holder.map { info.peers.contains($0) } ?? true ? info : nil
    }
  }

  @discardableResult
  public func waitUntilItHolds(_ file: String, within limit: Duration = patience) async throws -> FileInfo {
    try await eventually("\(id) holds \(file)", within: limit) {
      guard let info = try await api.file(file), info.local else { return nil }
      return info
    }
  }

  public func waitUntilItForgets(file: String) async throws {
    try await eventually("\(id) does not know \(file) any longer") { try await api.file(file) == nil }
  }

  /// `get`, and wait for the file.
  @discardableResult
  public func fetch(_ file: String, within limit: Duration = patience) async throws -> FileInfo {
    send("get \(file)")
    return try await waitUntilItHolds(file, within: limit)
  }

  /// The contents of everything in `files/`, by name.
  public func shared() throws -> [String: Data] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: files.path)) ?? []
    return Dictionary(
      uniqueKeysWithValues: try names.map {
        ($0, try Data(contentsOf: files.appendingPathComponent($0)))
      })
  }

  /// SIGTERM, and wait for the end: the exit code.
  public func stop() async throws -> Int32 {
    process.signal(SIGTERM)
    return try await process.waitForEnd()
  }

  /// The most memory that the process ever had resident, in bytes.
  public func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = Int(line.filter(\.isNumber))
    else { throw Unexpected("no VmHWM for process \(process.pid)") }
    return kibibytes * 1024
  }
}

/// The path of a program of this package, which lies beside the tests.
public func builtProgram(_ name: String) -> String {
  let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  return tests.deletingLastPathComponent().appendingPathComponent(name).path
}
