import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOPosix
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

/// A peer that stands still.
private struct StillClient: PeerClient {
  var snapshot: Snapshot
  func snapshots() -> AsyncStream<Snapshot> { AsyncStream { $0.finish() } }
  func submit(_ command: Command) async -> CommandReply { .failed("the page changes nothing") }
}

private func id(_ prefix: String) -> FileID {
  FileID(hex: prefix + String(repeating: "0", count: 64 - prefix.count))!
}

private func file(_ prefix: String, _ name: String, owner: String = "alice", size: UInt64? = nil)
  -> FileRecord
{
  FileRecord(
    entry: FileEntry(
      id: id(prefix), name: name, owner: owner, timestamp: Lexeme(1_744_170_562), size: Lexeme(0.5),
      sizeBytes: size))
}

private let hostile = "<img src=x onerror=\"a('b')\">\u{1B}[2J\u{202E}&"

private let sample: Snapshot = {
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

private func application(_ snapshot: Snapshot = sample) -> some ApplicationProtocol {
  StatsServer.application(
    client: StillClient(snapshot: snapshot), address: "127.0.0.1", port: 0, hostNames: ["myhost"])
}

private func get(
  _ uri: String, _ method: HTTPRequest.Method = .get, _ snapshot: Snapshot = sample
) async throws -> TestResponse {
  try await application(snapshot).test(.router) { try await $0.execute(uri: uri, method: method) }
}

private func text(_ response: TestResponse) -> String { String(buffer: response.body) }

private func object(_ response: TestResponse) throws -> [String: Any] {
  try #require(
    try JSONSerialization.jsonObject(with: Data(buffer: response.body)) as? [String: Any])
}

/// Three hundred files, `f000` to `f299`.
private let many: Snapshot = {
  var snapshot = sample
  snapshot.files = FileTable(
    (0..<300).map { number in
      let digits = String(String(1000 + number).dropFirst())
      return file("c\(digits)", "f\(digits)", owner: number < 10 ? "bob" : "eve", size: UInt64(number))
    })
  return snapshot
}()

@Suite struct StatsAPITests {
  @Test func statusIsFlat() async throws {
    let response = try await get("/api/v1/status")
    #expect(response.headers[.contentType] == "application/json")
    #expect(
      text(response) == """
        {"peer_id":"me","host":"localhost","p2p_port":8040,"http_port":8041,"version":"0.1.0",\
        "started_at":"2025-04-09T03:49:22.000Z","uptime_seconds":65.5,"peers":1,"files":2,\
        "files_local":1,"transfers":1,"bytes_received":1000,"bytes_sent":2000}

        """)
  }

  @Test func peersTellWhenTheyWereSeen() async throws {
    let peers = try #require(try object(await get("/api/v1/peers"))["peers"] as? [[String: Any]])
    #expect(peers.count == 1)
    #expect(Set(peers[0].keys) == ["peer_id", "host", "port", "last_seen_seconds", "files"])
    #expect(peers[0]["peer_id"] as? String == hostile)
    #expect(peers[0]["last_seen_seconds"] as? Double == 3.5)
    #expect(peers[0]["files"] as? Int == 3)
  }

  @Test func filesKeepTheirLexemes() async throws {
    let response = try await get("/api/v1/files/\(id("bb").hex)")
    let file = try object(response)
    #expect(
      Set(file.keys) == [
        "file_id", "file_name", "file_size_bytes", "file_size", "file_timestamp", "file_owner", "state",
        "local", "verified", "peers",
      ])
    #expect(file["file_timestamp"] as? String == "\"Sun Jun 15 21:36:41 2025\"")
    #expect(file["file_size"] as? String == "null" && file["file_size_bytes"] is NSNull)
    #expect(file["file_name"] as? String == hostile && file["state"] as? String == "remote")
    #expect(file["peers"] as? [String] == [hostile] && file["local"] as? Bool == false)
    // What shows JSON unescaped meets nothing but printable ASCII.
    #expect(text(response).utf8.dropLast().allSatisfy { (0x20...0x7E).contains($0) })
  }

  @Test(arguments: [
    ("", 0, 100, 300, "f000"), ("offset=250", 250, 100, 300, "f250"), ("limit=5", 0, 5, 300, "f000"),
    ("order=desc", 0, 100, 300, "f299"), ("sort=size&order=desc&limit=1", 0, 1, 300, "f299"),
    ("q=bob&limit=1000", 0, 1000, 10, "f000"), ("q=eve+f29", 0, 100, 10, "f290"),
    ("q=c04&sort=time", 0, 100, 10, "f040"), ("q=%66150", 0, 100, 1, "f150"),
    ("q=&sort=&limit=&unknown=x", 0, 100, 300, "f000"),
  ])
  func filesAreSearchedSortedAndPaged(
    query: String, offset: Int, limit: Int, total: Int, first: String
  ) async throws {
    let answer = try object(await get("/api/v1/files?\(query)", .get, many))
    let files = try #require(answer["files"] as? [[String: Any]])
    #expect(answer["offset"] as? Int == offset && answer["limit"] as? Int == limit)
    #expect(answer["total"] as? Int == total)
    #expect(files.count == min(limit, total - offset))
    #expect(files.first?["file_name"] as? String == first)
  }

  @Test func anOffsetBehindTheEndIsAnEmptyPage() async throws {
    let answer = try object(await get("/api/v1/files?offset=500", .get, many))
    #expect((answer["files"] as? [Any])?.isEmpty == true && answer["total"] as? Int == 300)
  }

  @Test func transfersTellProgress() async throws {
    let transfers = try #require(
      try object(await get("/api/v1/transfers"))["transfers"] as? [[String: Any]])
    #expect(
      Set(transfers[0].keys) == [
        "file_id", "file_name", "direction", "peer_id", "state", "bytes", "total", "rate", "eta_seconds",
        "tries", "error",
      ])
    #expect(transfers[0]["direction"] as? String == "down" && transfers[0]["eta_seconds"] as? Double == 15)
    #expect(transfers[1]["total"] is NSNull && transfers[1]["eta_seconds"] is NSNull)
    #expect(transfers[1]["error"] is NSNull && transfers[1]["peer_id"] is NSNull)
  }

  @Test func theLogGoesOnWhereItWasLeft() async throws {
    let all = try object(await get("/api/v1/log"))
    #expect((all["entries"] as? [Any])?.count == 3 && all["next"] as? Int == 3)
    let rest = try object(await get("/api/v1/log?since=2"))
    let entries = try #require(rest["entries"] as? [[String: Any]])
    #expect(entries.map { $0["text"] as? String } == ["line 3"])
    #expect(entries[0]["time"] as? String == "2025-04-09T03:49:22.000Z")
    #expect((try object(await get("/api/v1/log?since=3"))["entries"] as? [Any])?.isEmpty == true)
  }

  @Test(arguments: [
    "limit=0", "limit=1001", "limit=x", "offset=-1", "sort=state", "sort=id", "order=up", "q=%FF",
    "q=\(String(repeating: "x", count: 257))",
  ])
  func badParametersAreExplained(query: String) async throws {
    let response = try await get("/api/v1/files?\(query)")
    #expect(response.status == .badRequest)
    #expect(response.headers[.contentType] == "application/problem+json")
    #expect(try object(response)["status"] as? Int == 400)
    #expect((try object(response)["detail"] as? String)?.isEmpty == false)
  }
}

@Suite struct StatsHTTPTests {
  private static let resources = [
    "/", "/assets/style.css", "/api/v1/status", "/api/v1/peers", "/api/v1/files",
    "/api/v1/files/\(id("aa").hex)", "/api/v1/transfers", "/api/v1/log", "/healthz",
  ]

  @Test(arguments: resources)
  func resourcesCanBeReadAndNothingElse(path: String) async throws {
    let whole = try await get(path)
    #expect(whole.status == .ok && whole.body.readableBytes > 0)
    let head = try await get(path, .head)
    #expect(head.status == .ok && head.body.readableBytes == 0)
    #expect(head.headers[.contentLength] == whole.headers[.contentLength])
    for method: HTTPRequest.Method in [.post, .put, .delete, .patch, .options] {
      let refused = try await get(path, method)
      #expect(refused.status == .methodNotAllowed && refused.headers[.allow] == "GET, HEAD")
    }
  }

  @Test(arguments: [
    "/nothing", "/api", "/api/v1/", "/api/v1/files/", "/api/v1/files/aa", "/api/v1/files/\(id("ff").hex)",
    "/assets/", "/assets/../healthz", "//", "/metrics", "/files/x",
  ])
  func theRestIsNotFound(path: String) async throws {
    let response = try await get(path)
    #expect(response.status == .notFound)
    let type = path.hasPrefix("/api/") ? "application/problem+json" : "text/html; charset=utf-8"
    #expect(response.headers[.contentType] == type)
  }

  @Test(arguments: ["/", "/nothing", "/api/v1/status", "/api/v1/files?limit=0", "/assets/style.css"])
  func everyAnswerCarriesTheSecurityHeaders(path: String) async throws {
    let headers = try await get(path).headers
    let policy = try #require(headers[.contentSecurityPolicy])
    #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
    #expect(!policy.contains("unsafe-inline") && !policy.contains("script-src"))
    #expect(headers[.xContentTypeOptions] == "nosniff")
    #expect(headers[.init("Referrer-Policy")!] == "no-referrer")
  }

  @Test func theStylesheetIsCached() async throws {
    try await application().test(.router) { client in
      let first = try await client.execute(uri: "/assets/style.css", method: .get)
      let tag = try #require(first.headers[.eTag])
      #expect(first.headers[.contentType] == "text/css; charset=utf-8")
      #expect(first.headers[.cacheControl]?.contains("max-age") == true)
      let again = try await client.execute(
        uri: "/assets/style.css", method: .get, headers: [.ifNoneMatch: tag])
      #expect(again.status == .notModified && again.body.readableBytes == 0)
    }
  }

  @Test(.timeLimit(.minutes(1))) func onLoopbackOnlyOurOwnNamesAreServed() async throws {
    let server = StatsServer(
      client: StillClient(snapshot: sample), address: "127.0.0.1", port: 0, hostName: "myhost")
    let port = try await server.start()
    for host in ["localhost:1", "LOCALHOST", "127.0.0.1:80", "[::1]:5", "[::1]", "myhost.", "MyHost:9"] {
      #expect(try await status(ofHealthAt: host, port: port) == "200", "\(host)")
    }
    for host in ["evil.test", "localhost.evil.test:80", "127.0.0.1.evil.test", "[::2]"] {
      #expect(try await status(ofHealthAt: host, port: port) == "421", "\(host)")
    }
    await server.stop()
  }

  /// Asks a server on loopback under a given name.
  private func status(ofHealthAt host: String, port: Int) async throws -> Substring {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      let request = "GET /healthz HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
      try await outbound.write(ByteBuffer(string: request))
      var answer = ""
      for try await piece in inbound {
        answer += String(buffer: piece)
        if answer.contains("\r\n") { break }
      }
      return answer.split(separator: " ").dropFirst().first ?? ""
    }
  }

  @Test func aHeaderThatIsTooLongIsRefused() async throws {
    try await application().test(.live) { client in
      let long = String(repeating: "x", count: 20_000)
      let response = try await client.execute(uri: "/healthz", method: .get, headers: [.userAgent: long])
      #expect(response.status == .badRequest)
    }
  }
}

@Suite struct StatsPageTests {
  @Test func textFromTheNetworkIsNeitherMarkupNorControl() async throws {
    let page = text(try await get("/"))
    #expect(!page.contains("<img") && !page.contains("\u{1B}") && !page.contains("\u{202E}"))
    #expect(page.contains("&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;␛[2J&lt;U+202E&gt;&amp;"))
  }

  @Test func theSearchTextIsEscapedToo() async throws {
    let page = text(try await get("/?q=%22%3E%3Cscript%3E&refresh=off"))
    #expect(!page.contains("<script"))
    #expect(page.contains("value=\"&quot;&gt;&lt;script&gt;\""))
  }

  @Test func itNeedsNoScriptAndNoInlineStyle() async throws {
    let page = text(try await get("/"))
    #expect(!page.contains("<script") && !page.contains("<style") && !page.contains("style=\""))
  }

  @Test func itComesAgainEveryTwoSecondsUnlessPaused() async throws {
    let refresh = "<meta http-equiv=\"refresh\" content=\"2\">"
    #expect(text(try await get("/")).contains(refresh))
    let paused = text(try await get("/?refresh=off"))
    #expect(!paused.contains(refresh) && paused.contains("<form"))
  }

  @Test func filesComeInPages() async throws {
    let first = text(try await get("/?limit=50", .get, many))
    #expect(first.contains("1–50 of 300") && first.contains(">f049<") && !first.contains(">f050<"))
    #expect(first.contains("rel=\"next\" href=\"/?offset=50&amp;limit=50#files\""))
    #expect(!first.contains("rel=\"prev\""))
    let last = text(try await get("/?limit=50&offset=250", .get, many))
    #expect(last.contains("rel=\"prev\"") && !last.contains("rel=\"next\""))
  }

  @Test func headsOfColumnsSort() async throws {
    let page = text(try await get("/?sort=size", .get, many))
    #expect(page.contains("aria-sort=\"ascending\""))
    #expect(page.contains("href=\"/?sort=size&amp;order=desc#files\""))
    #expect(page.contains("href=\"/?sort=owner#files\""))
  }

  @Test func anEmptyPeerHasAPageToo() async throws {
    var empty = sample
    (empty.peers, empty.files, empty.transfers, empty.log) = ([], FileTable(), [], [])
    let page = text(try await get("/", .get, empty))
    #expect(page.contains("No peer is known yet.") && page.contains("No file to show."))
    #expect(!page.contains("id=\"transfers\""))
  }

  @Test func aBadParameterIsAPageThatSaysSo() async throws {
    let response = try await get("/?sort=colour")
    #expect(response.status == .badRequest)
    #expect(text(response).contains("sort is one of name, size, owner, time, holders, state."))
  }
}

@Suite(.timeLimit(.minutes(1))) struct StatsServerTests {
  private func server(port: Int, address: String = "127.0.0.1") -> StatsServer {
    StatsServer(
      client: StillClient(snapshot: sample), address: address, port: port, hostName: "localhost")
  }

  @Test func aPortThatIsTakenIsToldInOneLine() async throws {
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

  @Test func anAddressThatIsNotOursIsTold() async throws {
    await #expect(throws: StatsServerError.addressUnknown(address: "192.0.2.1", port: 0)) {
      try await server(port: 0, address: "192.0.2.1").start()
    }
  }

  @Test func errorsSayWhatToDo() {
    #expect(
      StatsServerError.addressInUse(address: "localhost", port: 8041).description
        == "cannot serve the page on localhost:8041: address already in use. "
        + "Is another peer running? Choose another <http_port>.")
    #expect("\(StatsServerError.permissionDenied(address: "::", port: 80))".contains("[::]:80"))
  }

  @Test func connectionsAreCountedByAddress() {
    let counter = ConnectionCounter(limit: 2)
    #expect(counter.opened("a") && counter.opened("a") && !counter.opened("a"))
    #expect(counter.opened("b"))
    counter.closed("a")
    #expect(counter.opened("a"))
  }
}

@Suite struct StatsValueTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
    (1_744_170_562_007, "2025-04-09T03:49:22.007Z"),
  ])
  func timesAreISO8601(milliseconds: Int64, text: String) {
    #expect(UTCTime(milliseconds: milliseconds).iso8601 == text)
  }

  @Test func unitsAreReadable() {
    let sizes: [UInt64] = [0, 1023, 1024, 1_048_575, 1 << 30, .max]
    #expect(sizes.map(Units.bytes) == ["0 B", "1023 B", "1.0 KiB", "1.0 MiB", "1.0 GiB", "16.0 EiB"])
    #expect([59.9, 61, 3661, 90_000].map(Units.duration) == ["59 s", "1 min 01 s", "1 h 01 min", "1 d 1 h"])
    #expect([0, 999, 1000, 1_234_567].map(Units.grouped) == ["0", "999", "1,000", "1,234,567"])
  }

  @Test func jsonIsOneLineOfASCII() {
    let value: JSONValue = ["a": ["\n\"\\\u{7F}ж😀", nil, true, .number(1.5), .number(.nan)], "b": [:]]
    #expect(
      value.text == #"{"a":["\u000a\"\\\u007f\u0436\ud83d\ude00",null,true,1.5,null],"b":{}}"#)
  }
}
