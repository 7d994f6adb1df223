import Foundation
import PeerCore
import TestSupport
import Testing

@testable import p2ptui

/// Snapshots, models and goldens for the tests of the screen.
enum Fixture {
  /// 2025-04-09 03:49:22 UTC.
  static let wall: Int64 = 1_744_170_562_000
  static let peerNames = ["bob", "carol", "Starscourge Radahn", "localhost:8123"]

  static func id(_ number: Int) -> FileID {
    FileID(bytes: (0..<32).map { UInt8(truncatingIfNeeded: number &* 37 &+ $0 &* 11 &+ number >> 8) })!
  }

  static func record(
    _ number: Int, _ name: String, owner: String = "bob", size: UInt64? = nil, age: Int64 = 60,
    holders: [Int] = [0], isHere: Bool = false, fetch: FetchState = .idle
  ) -> FileRecord {
    FileRecord(
      entry: FileEntry(
        id: id(number), name: name, owner: owner, timestamp: Lexeme(wall / 1000 - age), sizeBytes: size),
      holders: holders.map { PeerHandle(UInt32($0)) },
      copy: isHere ? LocalCopy(storedName: name, size: size ?? 0, modified: 0) : nil, fetch: fetch)
  }

  /// What the files pane sorts by so many columns to the right of another.
  static func column(_ step: Int, from sort: FileQuery.Sort) -> FileQuery.Sort {
    let columns = FilesList.columns
    let index = (columns.firstIndex(of: sort) ?? 0) + step
    return columns[(index + columns.count) % columns.count]
  }

  static let records = [
    record(1, "notes.txt", owner: "alice", size: 922, age: 12, holders: [], isHere: true),
    record(2, "lecture-03.pdf", size: 17_613, age: 320, holders: [0, 1]),
    record(3, "日本語のファイル.pdf", owner: "Starscourge Radahn", size: 2_000_000, age: 90_000),
    record(4, "song.flac", size: 40_000_000, age: 5_000, holders: [1], fetch: .wanted),
    record(5, "../../etc/passwd", owner: "carol", size: 1_024, age: 40_000_000, fetch: .failed),
    record(6, "evil\u{1B}[31m\u{202E}red.txt", owner: "mallory\n", age: 1, holders: []),
    record(7, "a holiday by the sea with everybody, all pictures.zip", size: 5_000_000_000),
    record(8, "mine too.md", owner: "alice", size: 12, age: 3_600, holders: [2], isHere: true),
  ]

  static let transfers = [
    TransferView(
      number: 1, direction: .down, file: id(4), fileName: "song.flac", peer: "carol", state: .active,
      bytes: 16_800_000, total: 40_000_000, rate: 1_300_000, tries: 1),
    TransferView(
      number: 2, direction: .up, file: id(1), fileName: "notes.txt", peer: "bob", state: .queued,
      total: 922),
    TransferView(
      number: 3, direction: .down, file: id(5), fileName: "../../etc/passwd", peer: "bob",
      state: .failed, bytes: 100, total: 1_024, tries: 8, error: "the holder closed the connection"),
  ]

  static func snapshot(
    records: [FileRecord] = records, transfers: [TransferView] = [], revision: UInt64 = 1
  ) -> Snapshot {
    let peers = peerNames.enumerated().map { index, name in
      PeerView(
        handle: PeerHandle(UInt32(index)), id: PeerID(name),
        endpoint: Endpoint(host: "localhost", port: 8050 + index), lastSeen: 100_000 - Int64(index) * 18_000,
        files: index * 1_100, failures: index == 2 ? 3 : 0)
    }
    let log = (1...30).map { number in
      LogEntry(
        seq: UInt64(number), time: wall - Int64(30 - number) * 2_000,
        level: [LogLevel.info, .debug, .warning, .error][number % 4],
        text: "GOSSIP from carol (localhost:8051), forwarded to 3 peers; this is line \(number)")
    }
    return Snapshot(
      me: LocalPeer(
        peerID: PeerID("alice"), endpoint: Endpoint(host: "localhost", port: 8040),
        pageURL: "http://localhost:8041/", httpPort: 8041, version: "1.0", started: wall,
        filesPath: "/home/alice/files"),
      taken: Moment(uptime: 100_000, wall: wall), revision: revision, peers: peers,
      files: FileTable(records), filesRevision: revision,
      filesLocal: records.count { $0.copy != nil }, transfers: transfers, log: log)
  }

  static func model(
    _ snapshot: Snapshot = snapshot(), width: Int = 80, height: Int = 24, symbols: Symbols = .unicode,
    history: [String] = []
  ) -> Driver {
    Driver(
      Model(
        snapshot: snapshot, size: Size(width: width, height: height), symbols: symbols,
        histories: [.commands: history]))
  }
}

/// Drives a model as the screen does, with orders made at once, and collects what else it asks for.
struct Driver {
  var model: Model
  var time: Int64 = 0
  private(set) var requests: [Request] = []

  init(_ model: Model) {
    self.model = model
    send(.tick)
  }

  mutating func send(_ action: Action) {
    for request in model.update(action, at: time) {
      if case .sort(let sort) = request { send(.sorted(sort.run())) } else { requests.append(request) }
    }
  }

  mutating func press(_ keys: Key...) {
    for key in keys { send(.key(key)) }
  }

  mutating func type(_ text: String) {
    for character in text { send(.key(.character(character))) }
  }

  /// Lets time pass, in milliseconds.
  mutating func pass(_ milliseconds: Int64) {
    time += milliseconds
    send(.tick)
  }

  mutating func takeRequests() -> [Request] {
    defer { requests = [] }
    return requests
  }

  /// All commands asked for since the last look, in order.
  mutating func takeCommands() -> [Command] {
    takeRequests().flatMap { request -> [Command] in
      if case .submit(let batch) = request { batch } else { [] }
    }
  }

  var screen: String { Views.frame(model).plainText }
  var foot: String { String(screen.split(separator: "\n", omittingEmptySubsequences: false).last ?? "") }

  var selectedName: String? {
    guard case .file(let ref)? = model.selection(.files) else { return nil }
    return model.snapshot.file(ref)?.entry.name
  }
}

extension Frame {
  /// The frame as plain text, without the spaces at line ends.
  var plainText: String {
    (0..<size.height).map { y in
      var line = row(y).map(\.text).joined()
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}

/// The commands asked for since the last look are these.
func expectCommands(
  _ commands: [Command], _ driver: inout Driver, sourceLocation: SourceLocation = #_sourceLocation
) {
  let found = driver.takeCommands()
  #expect(found == commands, sourceLocation: sourceLocation)
}

/// Compares a text with `Goldens/<name>.txt`, or rewrites that file if `UPDATE_GOLDENS` is set, which CI
/// must not do.
func expectGolden(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let url = Repository.root.appending(path: "Tests/p2ptuiTests/Goldens/\(name).txt")
  let environment = ProcessInfo.processInfo.environment
  if environment["UPDATE_GOLDENS"] != nil {
    guard environment["CI"] == nil else {
      Issue.record("CI does not rewrite goldens", sourceLocation: sourceLocation)
      return
    }
    #expect(throws: Never.self, sourceLocation: sourceLocation) {
      try Data((text + "\n").utf8).write(to: url)
    }
    return
  }
  let golden = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
  #expect(text + "\n" == golden, "differs from \(url.lastPathComponent)", sourceLocation: sourceLocation)
}
