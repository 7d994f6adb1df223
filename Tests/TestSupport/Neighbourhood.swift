import Foundation
import Synchronization

/// The processes and directories of one test, on loopback. All end with `withNeighbourhood`.
public final class Neighbourhood: Sendable {
  /// A directory of this test, removed at its end.
  public let directory: URL
  private struct Members {
    var peers: [PeerProcess] = []
    var pythons: [PythonPeer] = []
    var terminals: [Tmux] = []
  }
  private let members = Mutex(Members())

  fileprivate init() throws {
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("p2ptui-test-" + UUID().uuidString.prefix(8))
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  /// Starts the real program, headless, and waits until it answers.
  /// - Parameters:
  ///   - home: of an earlier one, to start that peer again; else a new directory.
  ///   - options: come last and so win over the defaults of `PeerProcess`.
  public func peer(
    _ id: String, port: Int? = nil, home: URL? = nil, greeting: [any Greetable] = [], _ options: [String] = []
  ) async throws -> PeerProcess {
    let home = try home ?? makeDirectory("home-\(id)")
    let peer = try PeerProcess(
      id: id, port: port ?? FreePort.take(), httpPort: FreePort.take(), home: home,
      bootstrap: greeting.map(\.address), options: options)
    members.withLock { $0.peers.append(peer) }
    try await peer.waitUntilReady()
    return peer
  }

  /// Starts a Python peer and waits until it listens.
  public func python(
    _ personality: String, _ configuration: PythonPeer.Configuration = .init()
  ) async throws -> PythonPeer {
    let peer = try PythonPeer(personality, configuration)
    members.withLock { $0.pythons.append(peer) }
    try await peer.waitUntilReady()
    return peer
  }

  /// Opens a terminal of the given size in which `command` (a shell's words) runs.
  public func terminal(columns: Int, rows: Int, _ command: String) async throws -> Tmux {
    let terminal = try await Tmux(columns: columns, rows: rows, command: command, directory: directory)
    members.withLock { $0.terminals.append(terminal) }
    return terminal
  }

  /// A new directory of this test.
  public func makeDirectory(_ name: String) throws -> URL {
    let url = directory.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  /// A new file of this test, outside of every home.
  public func makeFile(_ name: String, _ content: some Sequence<UInt8>) throws -> URL {
    let url = try makeDirectory("given").appendingPathComponent(name)
    try Data(content).write(to: url)
    return url
  }

  /// The last lines of everybody, for the report of a test that failed.
  fileprivate var story: String {
    let members = members.withLock { $0 }
    let peers = members.peers.map {
      "--- \($0.id)\n"
        + ($0.process.errors.all.suffix(30) + $0.process.output.all.suffix(10))
        .joined(separator: "\n")
    }
    let pythons = members.pythons.map {
      "--- \($0.id), a \($0.personality) in Python\n"
        + ($0.process.output.all.suffix(12).map { String($0.prefix(300)) } + $0.process.errors.all.suffix(12))
        .joined(separator: "\n")
    }
    return (peers + pythons).joined(separator: "\n")
  }

  fileprivate func end() async {
    let members = members.withLock { $0 }
    for terminal in members.terminals { await terminal.end() }
    for peer in members.peers { try? await peer.process.end() }
    for python in members.pythons { try? await python.process.end() }
    try? FileManager.default.removeItem(at: directory)
  }
}

/// Something that listens on loopback and can be named as `--bootstrap`.
public protocol Greetable: Sendable {
  /// `127.0.0.1:PORT`
  var address: String { get }
}

/// Runs a test that starts processes, and ends them whatever happens. If it throws, what the processes last
/// said is part of the error. Only a few such tests run at a time, for the sake of small machines.
public func withNeighbourhood(_ body: (Neighbourhood) async throws -> Void) async throws {
  try await Slots.shared.with {
    let neighbourhood = try Neighbourhood()
    do {
      try await body(neighbourhood)
    } catch {
      let story = neighbourhood.story
      await neighbourhood.end()
      throw Unexpected("\(error)\n\(story)")
    }
    await neighbourhood.end()
  }
}

/// Lets only so many tests have processes at a time.
private actor Slots {
  static let shared = Slots(count: 4)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(count: Int) { free = count }

  nonisolated func with(_ body: () async throws -> Void) async throws {
    await take()
    do {
      try await body()
    } catch {
      await giveBack()
      throw error
    }
    await giveBack()
  }

  private func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func giveBack() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
