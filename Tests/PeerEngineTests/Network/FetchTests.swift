import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

/// What a download makes of the answers that holders give (docs/PROTOCOL.md, "Transfers").
@Suite struct FetchTests {
  @Test func `a good answer is taken, with what the holder says of the file`() async throws {
    let fixture = try await NetworkFixture()
    let (data, end) = try await fixture.fetch(from: [.send(fileData()), .close]).fetched
    #expect(end == 17)
    #expect(data.timestamp == greeting.timestamp)
    #expect(fixture.target.bytes == greetingContent)
    #expect(fixture.target.confirmed == [0..<17])
    await fixture.stop()
  }

  @Test func `an answer is complete without an end of the connection`() async throws {
    let fixture = try await NetworkFixture()
    _ = try await fixture.fetch(from: [.send(fileData())]).fetched
    await fixture.stop()
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var script: [ScriptedPeer.Step]
    var expected: TransferFailure
  }

  static let cases: [Case] = [
    Case(testDescription: "silent", script: [], expected: .stalled(seconds: 0)),
    Case(testDescription: "closes", script: [.close], expected: .closedWithoutAnswer),
    Case(
      testDescription: "truncates and closes", script: [.send(Array(fileData().dropLast(9))), .close],
      expected: .truncated),
    Case(
      testDescription: "truncates and is silent", script: [.send(Array(fileData().dropLast(9)))],
      expected: .stalled(seconds: 0)),
    Case(
      testDescription: "has nothing", script: [.send(MessageEncoder.fileNotFound), .close],
      expected: .notHeld),
    Case(
      testDescription: "says null in quotes",
      script: [.send(Array(#"{"type":"FILE_DATA","file_id":"null","data":"null"}"#.utf8))],
      expected: .notHeld),
  ]

  @Test(arguments: cases) func `a bad answer is the peer's failure and leaves nothing`(_ test: Case)
    async throws
  {
    let fixture = try await NetworkFixture { limits in
      if case .stalled = test.expected { limits.idleTimeout = .milliseconds(300) }
    }
    let failure = try await fixture.failure(from: test.script)
    #expect(failure == test.expected)
    #expect(test.expected.fault == .peer)
    await fixture.stop()
  }

  @Test func `garbage is malformed`() async throws {
    let fixture = try await NetworkFixture()
    guard case .malformed = try await fixture.failure(from: [.send(Array("HTTP/1.1 200 OK\r\n".utf8))]) else {
      Issue.record("not malformed")
      return
    }
    await fixture.stop()
  }

  @Test func `data that is not hex is malformed`() async throws {
    let fixture = try await NetworkFixture()
    guard case .malformed = try await fixture.failure(from: [.send(fileData(hex: "68656c6c6fzz"))]) else {
      Issue.record("not malformed")
      return
    }
    await fixture.stop()
  }

  @Test func `more than the limit ends the transfer`() async throws {
    let fixture = try await NetworkFixture()
    #expect(try await fixture.failure(from: [.send(fileData())], limit: 16) == .tooLarge(limit: 16))
    await fixture.stop()
  }

  @Test func `a dead port is unreachable`() async throws {
    let fixture = try await NetworkFixture()
    let port = try FreePort.take()
    fixture.network.fetch(
      Effect.Fetch(
        attempt: AttemptID(1), entry: greeting, holder: Endpoint(host: "127.0.0.1", port: port), limit: 99),
      into: fixture.target)
    try await eventually("the fetch fails") {
      fixture.desk.events.contains { event in
        if case .fetchFailed(_, .unreachable("connection refused")) = event { true } else { false }
      }
    }
    await fixture.stop()
  }

  @Test func `a cancelled fetch ends at once and reports nothing more`() async throws {
    let fixture = try await NetworkFixture()
    let peer = try await ScriptedPeer([.send(Array(fileData().dropLast(9)))])
    let fetch = Effect.Fetch(
      attempt: AttemptID(1), entry: greeting, holder: Endpoint(host: "127.0.0.1", port: peer.port),
      features: .raw, limit: 99)
    fixture.network.fetch(fetch, into: fixture.target)
    try await eventually("the file has begun") { !fixture.target.bytes.isEmpty }
    fixture.network.cancelFetch(AttemptID(1))
    try await eventually("the connection is closed") { peer.isLeft }
    #expect(!fixture.desk.events.contains { if case .fetchFailed = $0 { true } else { false } })
    try await peer.stop()
    await fixture.stop()
  }
}
