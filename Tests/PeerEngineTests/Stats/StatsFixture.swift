import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOPosix
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

func id(_ prefix: String) -> FileID {
  FileID(hex: prefix + String(repeating: "0", count: 64 - prefix.count))!
}

func file(_ prefix: String, _ name: String, owner: String = "alice", size: UInt64? = nil)
  -> FileRecord
{
  FileRecord(
    entry: FileEntry(
      id: id(prefix), name: name, owner: owner, timestamp: Lexeme(1_744_170_562), size: Lexeme(0.5),
      sizeBytes: size))
}

let hostile = "<img src=x onerror=\"a('b')\">\u{1B}[2J\u{202E}&"

let sample: Snapshot = {
  var local = file("aa", "notes.txt", size: 17)
  local.copy = LocalCopy(storedName: "notes.txt", size: 17, modified: 0)
  var remote = file("bb", hostile, owner: hostile)
  remote.entry.timestamp = Lexeme(text: "Sun Jun 15 21:36:41 2025")
  remote.entry.size = .null
  remote.holders = [PeerHandle(7)]
  var snapshot = Snapshot(
    me: LocalPeer(
      peerID: PeerID("me"), endpoint: Endpoint(host: "localhost", port: 8040),
      pageURL: "http://localhost:8041/", httpPort: 8041, version: "0.1.0", started: 1_744_170_562_000,
      filesPath: "/files"),
    taken: Moment(uptime: 100_000, wall: 1_744_170_627_500),
    peers: [
      PeerView(
        handle: PeerHandle(7), id: PeerID(hostile), endpoint: Endpoint(host: "silicon.test", port: 8999),
        lastSeen: 96_500, files: 3)
    ], files: FileTable([local, remote]), filesLocal: 1,
    transfers: [
      TransferView(
        number: 1, direction: .down, file: id("bb"), fileName: hostile, peer: hostile, state: .active,
        bytes: 25, total: 100, rate: 5, tries: 2, error: hostile),
      TransferView(number: 2, direction: .up, file: id("aa"), fileName: "notes.txt", state: .done, bytes: 17),
    ],
    log: (1...3).map { LogEntry(seq: $0, time: 1_744_170_562_000, level: .info, text: "line \($0)") },
    bytesReceived: 1000, bytesSent: 2000)
  snapshot.filesRevision = 1
  return snapshot
}()

/// The server's application around a peer.
func application(
  _ client: any PeerClient = FakeClient(sample), sharing: (any FileSharing)? = nil
) -> some ApplicationProtocol {
  StatsServer.application(
    source(client, sharing: sharing), address: "127.0.0.1", port: 0, hostNames: ["myhost"])
}

func source(_ client: any PeerClient, sharing: (any FileSharing)? = nil) -> StatsSource {
  StatsSource(client: client, metrics: PeerMetrics(), sharing: sharing, perAddress: 64)
}

func get(
  _ uri: String, _ method: HTTPRequest.Method = .get, _ snapshot: Snapshot = sample,
  headers: HTTPFields = [:], sharing: (any FileSharing)? = nil
) async throws -> TestResponse {
  try await application(FakeClient(snapshot), sharing: sharing).test(.router) {
    try await $0.execute(uri: uri, method: method, headers: headers)
  }
}

func text(_ response: TestResponse) -> String { String(buffer: response.body) }

func object(_ response: TestResponse) throws -> [String: Any] {
  try #require(
    try JSONSerialization.jsonObject(with: Data(buffer: response.body)) as? [String: Any])
}

/// Three hundred files, `f000` to `f299`.
let many: Snapshot = {
  var snapshot = sample
  snapshot.files = FileTable(
    (0..<300).map { number in
      let digits = String(String(1000 + number).dropFirst())
      return file("c\(digits)", "f\(digits)", owner: number < 10 ? "bob" : "eve", size: UInt64(number))
    })
  return snapshot
}()

/// A connection to a server under test, on which a test says what it likes.
typealias RawHTTPConnection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

/// - Parameter host: `localhost` by default, which leads to where this machine looks for it first, at 127.0.0.1 or at
///   ::1: a server that listens on a name does so too.
func connect(_ port: Int, host: String = "localhost") async throws -> RawHTTPConnection {
  try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
    .connect(host: host, port: port) { channel in
      channel.eventLoop.makeCompletedFuture { try RawHTTPConnection(wrappingChannelSynchronously: channel) }
    }
}
