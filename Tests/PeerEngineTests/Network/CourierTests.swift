import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite struct CourierTests {
  private let message = MessageEncoder.getFile(greeting.id)

  @Test func `a peer that never closes holds up no other message`() async throws {
    let fixture = try await NetworkFixture { $0.sends = 1 }
    let silent = try await ScriptedPeer([])
    let endpoint = Endpoint(host: "127.0.0.1", port: silent.port)
    for _ in 0..<3 { #expect(fixture.network.send(message, to: endpoint)) }
    try await eventually("all three are delivered") {
      fixture.desk.events.count { if case .sent(endpoint) = $0 { true } else { false } } == 3
    }
    try await silent.stop()
    await fixture.stop()
  }

  @Test func `messages to a peer that takes several go together`() async throws {
    let fixture = try await NetworkFixture { $0.sends = 1 }
    fixture.desk.onMessage { [network = fixture.network] connection, _ in
      _ = network.answers.decide(connection, .refuse)
    }
    let here = Endpoint(host: "127.0.0.1", port: fixture.port)
    for number in 0..<50 {
      #expect(
        fixture.network.send(
          MessageEncoder.getBlocks(FileID(bytes: [UInt8](repeating: UInt8(number), count: 32))!),
          to: here, joins: true))
    }
    try await eventually("all have arrived") { fixture.desk.messages.count == 50 }
    let connections = Set(
      fixture.desk.events.compactMap { event -> ConnectionID? in
        if case .received(_, _, let connection) = event { connection } else { nil }
      })
    #expect(connections.count < 50)
    await fixture.stop()
  }

  @Test func `a message that cannot be delivered is reported once`() async throws {
    let fixture = try await NetworkFixture()
    let port = try RefusingPort()
    let endpoint = Endpoint(host: "127.0.0.1", port: port.number)
    #expect(fixture.network.send(message, to: endpoint))
    try await eventually("the failure is told") {
      fixture.desk.events.contains {
        if case .sendFailed(endpoint, "connection refused") = $0 { true } else { false }
      }
    }
    #expect(fixture.desk.events.count { if case .sendFailed = $0 { true } else { false } } == 1)
    await fixture.stop()
    withExtendedLifetime(port) {}
  }

  @Test func `too many waiting messages are refused`() async throws {
    let fixture = try await NetworkFixture {
      $0.sends = 0
      $0.waitingSends = 2
    }
    let endpoint = Endpoint(host: "127.0.0.1", port: 9)
    #expect(fixture.network.send(message, to: endpoint))
    #expect(fixture.network.send(message, to: endpoint))
    #expect(!fixture.network.send(message, to: endpoint))
    await fixture.stop()
  }
}
