import Foundation
import Hummingbird
import NIOCore
import HummingbirdTesting
import NIOPosix
import PeerCore
import Synchronization
import TestSupport
import Testing

@testable import PeerEngine

@Suite(.timeLimit(.minutes(1))) struct StatsEventStreamTests {
  /// Listens on a connection of its own until a test has seen enough.
  private func listen(
    port: Int, lastEventID: String? = nil, until isEnough: ([Told]) async throws -> Bool
  ) async throws {
    try await connect(port).executeThenClose { inbound, outbound in
      let id = lastEventID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
      try await outbound.write(
        ByteBuffer(string: "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\(id)\r\n"))
      var bytes: [UInt8] = []
      for try await piece in inbound {
        bytes.append(contentsOf: piece.readableBytesView)
        if try await isEnough(try Told.all(Self.unchunked(bytes))) { return }
      }
      throw Unexpected("the events ended: \(String(decoding: bytes, as: UTF8.self))")
    }
  }

  /// The body of a chunked answer, as far as it has come.
  private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
    var lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")[...]
    lines = lines.drop { !$0.isEmpty }.dropFirst()
    return lines.enumerated().filter { $0.offset % 2 == 1 }.flatMap { Array($0.element.utf8) }
  }

  @Test func `events come as things happen, and a listener that returns goes on`() async throws {
    let client = FakeClient(sample)
    let server = StatsServer(client: client, address: "127.0.0.1", port: 0, hostName: "localhost")
    let port = try await server.start()
    var last: String?
    var hasChanged = false
    try await listen(port: port) { events in
      if events.count >= 5, !hasChanged {
        hasChanged = true
        client.change { $0.bytesSent = 7 }
      }
      last = events.last?.id
      return events.contains { $0.kind == "status" && $0.data["bytes_sent"] as? Int == 7 }
    }
    client.change { $0.bytesSent = 8 }
    var kinds: Set<String> = []
    try await listen(port: port, lastEventID: last) { events in
      kinds = Set(events.map(\.kind))
      return events.contains { $0.kind == "status" && $0.data["bytes_sent"] as? Int == 8 }
    }
    #expect(kinds == ["status"], "only what was missed is told")
    await server.stop()
  }

  @Test func `stopping the server ends the stream`() async throws {
    let server = StatsServer(
      client: FakeClient(sample), address: "127.0.0.1", port: 0, hostName: "localhost")
    let port = try await server.start()
    await #expect(throws: Unexpected.self) {
      try await listen(port: port) { events in
        if events.count >= 5 { Task { await server.stop() } }
        return false
      }
    }
  }

  @Test func `a listener that leaves is no longer counted`() async throws {
    let source = source(FakeClient(sample))
    let application = StatsServer.application(
      source, address: "127.0.0.1", port: 0, hostNames: ["localhost"])
    try await application.test(.live) { client in
      try await listen(port: #require(client.port)) { events in
        try #require(source.feed.listenerCount == 1)
        return events.count >= 5
      }
      try await eventually("nobody listens") { source.feed.listenerCount == 0 }
    }
  }
}
