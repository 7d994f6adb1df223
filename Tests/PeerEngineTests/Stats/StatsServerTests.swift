import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOEmbedded
import NIOPosix
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite(.timeLimit(.minutes(1))) struct StatsServerTests {
  private func server(port: Int, address: String = "127.0.0.1") -> StatsServer {
    StatsServer(
      client: FakeClient(sample), address: address, port: port, hostName: "localhost")
  }

  @Test func `what readers leave untaken is bounded`() {
    let unsent = UnsentBytes()
    let mebibyte = 1 << 20
    var shares = (1...32).map { _ in unsent.share(mebibyte) }
    #expect(shares.allSatisfy { $0 != nil })
    #expect(unsent.share(mebibyte) == nil)
    #expect(unsent.share(1_000) != nil, "small answers are bounded by connections")
    shares.removeLast()
    #expect(unsent.share(mebibyte) != nil)
    shares = []
    #expect(unsent.share(1 << 30) != nil, "one alone may have any size")
  }

  @Test func `whoever asks while too much is untaken is told to come back`() async throws {
    let source = source(FakeClient(sample))
    let answer = StatsAnswer.text(String(repeating: "x", count: 1 << 20))
    let request = Request(
      head: .init(method: .get, scheme: nil, authority: nil, path: "/"), body: .init(buffer: .init()))
    let waiting = try (1...32).map { _ in try answer.response(to: request, source.unsent) }
    #expect(throws: Problem.self) { try answer.response(to: request, source.unsent) }
    withExtendedLifetime(waiting) {}
  }

  @Test func `a port that is taken is reported in one line`() async throws {
    let port = try FreePort.take()
    let first = server(port: port)
    #expect(try await first.start() == port)
    let second = server(port: port)
    await #expect(throws: StatsServerError.addressInUse(address: "127.0.0.1", port: port)) {
      try await second.start()
    }
    await first.stop()
    // On a busy machine the system takes a moment to let go of the port.
    let third = try await eventually("the port is free again") { () -> StatsServer? in
      let server = server(port: port)
      return try await server.start() == port ? server : nil
    }
    await third.stop()
  }

  @Test func `an address that is not this machine's is reported`() async throws {
    await #expect(throws: StatsServerError.addressUnknown(address: "192.0.2.1", port: 0)) {
      try await server(port: 0, address: "192.0.2.1").start()
    }
  }

  @Test func `errors say what to do`() {
    #expect(
      StatsServerError.addressInUse(address: "localhost", port: 8041).description
        == "cannot serve the page on localhost:8041: address already in use. "
        + "Is another peer running? Choose another <http_port>.")
    #expect("\(StatsServerError.permissionDenied(address: "::", port: 80))".contains("[::]:80"))
  }
}

@Suite(.timeLimit(.minutes(2))) struct StatsProtectionTests {
  private func withServer(
    of snapshot: Snapshot = sample, _ body: (Int) async throws -> Void
  ) async throws {
    let server = StatsServer(
      client: FakeClient(snapshot), address: "127.0.0.1", port: 0, hostName: "localhost")
    let port = try await server.start()
    do {
      try await body(port)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  @Test func `a header that never ends ends the connection`() async throws {
    try await withServer { port in
      try await connect(port, host: "127.0.0.1").executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: localhost\r\nX-"))
        // The server is who closes: nothing else ends this.
        for try await _ in inbound {}
      }
    }
  }

  @Test(arguments: [
    "NONSENSE\r\n\r\n", "GET /\u{0} HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "GET /\(String(repeating: "x", count: 20_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
  ])
  func `bytes that are no request are refused, and the connection closed`(bytes: String) async throws {
    try await withServer { port in
      try await connect(port, host: "127.0.0.1").executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(string: bytes))
        var answer = ""
        for try await piece in inbound { answer += String(buffer: piece) }
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
      }
    }
  }

  @Test func `more connections than fit wait for their turn`() async throws {
    let fitting = StatsServer.Limits.connections
    try await withServer { port in
      var idle: [any Channel] = []
      for _ in 0..<fitting {
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        idle.append(try await bootstrap.connect(host: "127.0.0.1", port: port).get())
      }
      async let late = HTTP.get(port: port, "/healthz", headers: ["Host": "localhost"], timeout: 60)
      // One leaves, by its own will or because it asked nothing for too long: the late one is served.
      try? await idle[0].close()
      #expect(try await late.status == 200)
      for channel in idle.dropFirst() { channel.close(promise: nil) }
    }
  }

  /// More than the system takes of an answer for its reader.
  @Test func `an answer counts for as long as its reader leaves it untaken`() async throws {
    var long = many
    let name = String(repeating: "x", count: 80 << 10)
    long.files = FileTable((100..<400).map { file("c\($0)", name) })
    try await withServer(of: long) { port in
      let list = "/api/v1/files?limit=300"
      try await connect(port, host: "127.0.0.1").executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(string: "GET \(list) HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        var pieces = inbound.makeAsyncIterator()
        let first = try #require(try await pieces.next())
        #expect(String(buffer: first).hasPrefix("HTTP/1.1 200 "))
        #expect(try await HTTP.get(port: port, list).status == 503)
        #expect(try await HTTP.get(port: port, "/api/v1/status").status == 200)
      }
      try await eventually("there is room again") { try await HTTP.get(port: port, list).status == 200 }
    }
  }

  @Test func `a reader that takes nothing is disconnected`() throws {
    let loop = EmbeddedEventLoop()
    let channel = EmbeddedChannel(handler: StalledWriteHandler(patience: .seconds(30)), loop: loop)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    func become(writable: Bool) {
      channel.isWritable = writable
      channel.pipeline.fireChannelWritabilityChanged()
    }
    become(writable: false)
    loop.advanceTime(by: .seconds(29))
    become(writable: true)
    loop.advanceTime(by: .seconds(60))
    #expect(channel.isActive, "it took something in time")
    become(writable: false)
    loop.advanceTime(by: .seconds(30))
    #expect(!channel.isActive)
  }
}
