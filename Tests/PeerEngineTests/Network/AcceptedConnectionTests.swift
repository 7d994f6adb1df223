import NIOCore
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

/// What happens on connections that others open (docs/PROTOCOL.md, "What is out there" and "Protection").
@Suite struct AcceptedConnectionTests {
  private let gossip = MessageEncoder.gossip(
    from: Endpoint(host: "127.0.0.1", port: 4_000), peerID: PeerID("bob"), id: "1")

  @Test func `every message on a connection is delivered`() async throws {
    let fixture = try await NetworkFixture()
    let delete = MessageEncoder.delete(from: PeerID("bob"), file: greeting.id)
    _ = try await RawClient.connect(to: fixture.port).exchange(gossip + [0x0A] + delete)
    try await eventually("both are there") { fixture.desk.messages.map(\.type) == [.gossip, .delete] }
    await fixture.stop()
  }

  @Test func `a message counts before its connection ends`() async throws {
    let fixture = try await NetworkFixture()
    let client = try await RawClient.connect(to: fixture.port)
    let exchange = Task { try await client.exchange(gossip, halfClose: false) }
    try await eventually("it is there") { fixture.desk.messages.count == 1 }
    exchange.cancel()
    _ = try? await exchange.value
    await fixture.stop()
  }

  @Test func `a bad message ends its connection with one line`() async throws {
    let fixture = try await NetworkFixture()
    let answer = try await RawClient.connect(to: fixture.port).exchange(Array("{\"type\": oops".utf8))
    #expect(answer.isEmpty)
    try await eventually("the log says so") { fixture.desk.lines.count == 1 }
    #expect(fixture.desk.events.isEmpty)
    await fixture.stop()
  }

  @Test func `a truncated message changes nothing`() async throws {
    let fixture = try await NetworkFixture()
    _ = try await RawClient.connect(to: fixture.port).exchange(Array(gossip.dropLast()))
    try await eventually("the log says so") { fixture.desk.lines.count == 1 }
    #expect(fixture.desk.events.isEmpty)
    await fixture.stop()
  }

  @Test func `a silent connection is closed`() async throws {
    let fixture = try await NetworkFixture { $0.idleTimeout = .milliseconds(300) }
    let answer = try await RawClient.connect(to: fixture.port).exchange([0x20], halfClose: false)
    #expect(answer.isEmpty)
    await fixture.stop()
  }

  @Test func `a file is served, and the connection closed`() async throws {
    let fixture = try await NetworkFixture()
    let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    fixture.desk.hold(content, as: "hello.txt")
    fixture.desk.onMessage { [network = fixture.network] connection, _ in
      let copy = LocalCopy(storedName: "hello.txt", size: UInt64(content.count), modified: 0)
      _ = network.answers.decide(connection, .serve(UploadID(1), GetFile(file: greeting.id), greeting, copy))
    }
    let answer = try await RawClient.connect(to: fixture.port).exchange(
      MessageEncoder.getFile(greeting.id), halfClose: false)
    var entry = greeting
    entry.sizeBytes = UInt64(content.count)
    #expect(answer == fileData(entry, hex: hexText(content)))
    try await eventually("the upload has ended well") {
      fixture.desk.events.contains { event in
        if case .uploadEnded(UploadID(1), nil) = event { true } else { false }
      }
    }
    await fixture.stop()
  }

  @Test func `a file that is not here is refused with nulls`() async throws {
    let fixture = try await NetworkFixture()
    fixture.desk.onMessage { [network = fixture.network] connection, _ in
      _ = network.answers.decide(connection, .refuse)
    }
    let answer = try await RawClient.connect(to: fixture.port).exchange(MessageEncoder.getFile(greeting.id))
    #expect(answer == MessageEncoder.fileNotFound)
    await fixture.stop()
  }

  @Test func `a pushed file waits for the core's decision`() async throws {
    let fixture = try await NetworkFixture()
    _ = try await RawClient.connect(to: fixture.port).exchange(fileData())
    let file: ReceivedFile = try await eventually("it is delivered") {
      fixture.desk.events.compactMap { if case .pushed(let file, _) = $0 { file } else { nil } }.first
    }
    #expect(file.digests.first?.id == greeting.id)
    #expect((fixture.network.arrivals.take(file.arrival) as? MemoryFile)?.bytes == greetingContent)
    await fixture.stop()
  }

  @Test func `the core hears of a pushed file whose bytes are still coming`() async throws {
    let fixture = try await NetworkFixture()
    _ = try await RawClient.connect(to: fixture.port).exchange(Array(fileData().dropLast(4)))
    let news = try await eventually("it hears that nothing more comes") {
      let news = fixture.desk.events.compactMap { event in
        switch event {
        case .pushBegan(let id): (id, "began")
        case .pushEnded(let id): (id, "ended")
        default: nil as (FileID, String)?
        }
      }
      return news.last?.1 == "ended" ? news : nil
    }
    #expect(news.map(\.0) == [greeting.id, greeting.id] && news.map(\.1) == ["began", "ended"])
    await fixture.stop()
  }

  @Test func `no pushed file is taken where none is allowed`() async throws {
    let fixture = try await NetworkFixture()
    fixture.desk.pushAllowance = nil
    _ = try await RawClient.connect(to: fixture.port).exchange(fileData())
    try await eventually("the log says so") { fixture.desk.lines.count == 1 }
    #expect(fixture.desk.events.isEmpty && fixture.desk.openFiles == 0)
    await fixture.stop()
  }

  @Test func `a pushed file larger than allowed leaves nothing`() async throws {
    let fixture = try await NetworkFixture()
    fixture.desk.pushAllowance = PushAllowance(file: 16, all: 16)
    _ = try await RawClient.connect(to: fixture.port).exchange(fileData())
    try await eventually("the log says so, and nothing is left") {
      fixture.desk.lines.count == 1 && fixture.desk.openFiles == 0
    }
    #expect(fixture.desk.events.isEmpty)
    await fixture.stop()
  }

  /// On loopback, where one address is many peers, the last ones are not kept back: only the number counts.
  @Test func `only so many pushed files arrive at once`() async throws {
    let fixture = try await NetworkFixture { $0.pushes = 1 }
    let first = try await RawClient.connect(to: fixture.port)
    let held = Task { try await first.exchange(Array(fileData().dropLast(4)), halfClose: false) }
    try await eventually("the first is arriving") { fixture.desk.openFiles == 1 }
    _ = try await RawClient.connect(to: fixture.port).exchange(fileData())
    try await eventually("the second is refused") { fixture.desk.lines.count == 1 }
    #expect(fixture.desk.openFiles == 1)
    held.cancel()
    _ = try? await held.value
    await fixture.stop()
  }

  @Test func `one address leaves others room to push`() async throws {
    let fixture = try await NetworkFixture { $0.pushes = 4 }
    let network = fixture.network
    #expect((1...4).map { _ in network.pushBegins(from: "10.9.9.9") } == [true, true, true, false])
    #expect(network.pushBegins(from: "2001:db8::1"))
    network.pushEnded(from: "10.9.9.9")
    #expect(!network.pushBegins(from: "2001:db8::2"))
    await fixture.stop()
  }

  @Test func `files that arrive at once share the quota`() async throws {
    let fixture = try await NetworkFixture()
    fixture.desk.pushAllowance = PushAllowance(file: 30, all: 30)
    let first = try await RawClient.connect(to: fixture.port)
    let held = Task { try await first.exchange(Array(fileData().dropLast(4)), halfClose: false) }
    try await eventually("the first is arriving") { fixture.network.noteArriving(0) > 0 }
    _ = try await RawClient.connect(to: fixture.port).exchange(fileData())
    try await eventually("the second is refused") { fixture.desk.lines.count == 1 }
    held.cancel()
    _ = try? await held.value
    try await eventually("nothing counts as arriving") { fixture.network.noteArriving(0) == 0 }
    _ = try await RawClient.connect(to: fixture.port).exchange(fileData())
    try await eventually("a third has arrived") {
      fixture.desk.events.contains { if case .pushed = $0 { true } else { false } }
    }
    await fixture.stop()
  }

  @Test func `too many connections are closed at once`() async throws {
    let fixture = try await NetworkFixture { $0.connections = 1 }
    let first = try await RawClient.connect(to: fixture.port)
    let held = Task { try await first.exchange(gossip, halfClose: false) }
    try await eventually("the first is being read") { fixture.desk.messages.count == 1 }
    #expect(try await RawClient.connect(to: fixture.port).exchange([], halfClose: false).isEmpty)
    held.cancel()
    _ = try? await held.value
    try await eventually("there is room again") {
      _ = try await RawClient.connect(to: fixture.port).exchange(gossip)
      return fixture.desk.messages.count > 1
    }
    await fixture.stop()
  }

  @Test func `stopping ends an upload to a reader that does not read`() async throws {
    let fixture = try await NetworkFixture()
    let content = [UInt8](repeating: 7, count: 32 << 20)
    fixture.desk.hold(content, as: "hello.txt")
    fixture.desk.onMessage { [network = fixture.network] connection, _ in
      let copy = LocalCopy(storedName: "hello.txt", size: UInt64(content.count), modified: 0)
      _ = network.answers.decide(connection, .serve(UploadID(1), GetFile(file: greeting.id), greeting, copy))
    }
    let client = try await RawClient.connect(to: fixture.port)
    let idle = Task {
      try await client.channel.executeThenClose { _, outbound in
        try await outbound.write(ByteBuffer(bytes: MessageEncoder.getFile(greeting.id)))
        try await Task.sleep(for: .seconds(3_600))
      }
    }
    try await eventually("the upload has begun") { !fixture.desk.messages.isEmpty }
    await fixture.stop()
    #expect(
      fixture.desk.events.contains { event in
        if case .uploadEnded(UploadID(1), .some) = event { true } else { false }
      })
    idle.cancel()
    _ = try? await idle.value
  }

  @Test func `a message that comes too slowly ends its connection`() async throws {
    let fixture = try await NetworkFixture {
      $0.idleTimeout = .seconds(60)
      $0.progressWindow = .milliseconds(600)
    }
    let client = try await RawClient.connect(to: fixture.port)
    // Never idle, and never done.
    let drip = Task {
      try await client.channel.executeThenClose { _, outbound in
        for byte in MessageEncoder.getFile(greeting.id).prefix(1)
          + Array(repeating: UInt8(ascii: " "), count: 10_000)
        {
          try await outbound.write(ByteBuffer(bytes: [byte]))
          try await Task.sleep(for: .milliseconds(20))
        }
      }
    }
    try await eventually("the log says so") { fixture.desk.lines.contains { $0.contains("too slowly") } }
    drip.cancel()
    _ = await drip.result
    await fixture.stop()
  }

  @Test func `few descriptors leave room for transfers and files`() {
    let usual = NetworkLimits()
    #expect(usual.within(spare: 8_128).connections == usual.connections)
    for spare in [48, 192, 960] {
      let limits = usual.within(spare: spare)
      let network = limits.connections + limits.sends + limits.lingering + limits.keptConnections
      #expect(network + max(8, spare / 4) <= spare * 4 / 5)
    }
  }

  @Test func `stopping ends open connections`() async throws {
    let fixture = try await NetworkFixture()
    let client = try await RawClient.connect(to: fixture.port)
    let exchange = Task { try await client.exchange(gossip, halfClose: false) }
    try await eventually("it is being read") { fixture.desk.messages.count == 1 }
    await fixture.stop()
    #expect(try await exchange.value.isEmpty)
  }
}
