import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOPosix
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite struct StatsHTTPTests {
  private static let resources = [
    "/", "/assets/style.css", "/assets/page.js", "/api/v1/status", "/api/v1/peers", "/api/v1/files",
    "/api/v1/files/\(id("aa").hex)", "/api/v1/transfers", "/api/v1/log", "/metrics", "/healthz",
  ]

  @Test(arguments: resources)
  func `resources can be read, and nothing else`(path: String) async throws {
    let whole = try await get(path)
    #expect(whole.status == .ok && whole.body.readableBytes > 0)
    let head = try await get(path, .head)
    #expect(head.status == .ok && head.body.readableBytes == 0)
    // What the process costs changes while it is asked.
    #expect(path == "/metrics" || head.headers[.contentLength] == whole.headers[.contentLength])
    for method: HTTPRequest.Method in [.post, .put, .delete, .patch, .options] {
      let refused = try await get(path, method)
      #expect(refused.status == .methodNotAllowed && refused.headers[.allow] == "GET, HEAD")
    }
  }

  @Test(arguments: [
    "/nothing", "/api", "/api/v1/", "/api/v1/files/", "/api/v1/files/aa", "/api/v1/files/\(id("ff").hex)",
    "/assets/", "/assets/../healthz", "//", "/files/x", "/files/\(id("aa").hex)", "/metrics/",
  ])
  func `any other path is not found`(path: String) async throws {
    let response = try await get(path)
    #expect(response.status == .notFound)
    let type = path.hasPrefix("/api/") ? "application/problem+json" : "text/html; charset=utf-8"
    #expect(response.headers[.contentType] == type)
  }

  @Test(arguments: ["/", "/nothing", "/api/v1/status", "/api/v1/files?limit=0", "/assets/style.css"])
  func `every answer carries the security headers`(path: String) async throws {
    let headers = try await get(path).headers
    let policy = try #require(headers[.contentSecurityPolicy])
    #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
    #expect(!policy.contains("unsafe") && policy.contains("script-src 'self'"))
    #expect(headers[.xContentTypeOptions] == "nosniff")
    #expect(headers[.init("Referrer-Policy")!] == "no-referrer")
  }

  @Test(arguments: Asset.all.map(\.href))
  func `assets may be cached for good under the address of their content`(href: String) async throws {
    let answer = try await get(href)
    #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
    let path = try #require(href.split(separator: "?").first)
    for other in [String(path), "\(path)?v=0123"] {
      #expect(try await get(other).headers[.cacheControl] == "no-cache")
    }
    #expect(text(try await get("/")).contains("\"\(href)\""))
  }

  @Test(arguments: ["/", "/assets/page.js", "/api/v1/files", "/api/v1/transfers", "/metrics"])
  func `a client that has it is not sent it again`(path: String) async throws {
    try await application().test(.router) { client in
      let first = try await client.execute(uri: path, method: .get)
      let tag = try #require(first.headers[.eTag])
      guard path != "/metrics" else { return }
      for condition in [tag, "\"other\", \(tag)", String(tag.dropFirst(2)), "*"] {
        let again = try await client.execute(uri: path, method: .get, headers: [.ifNoneMatch: condition])
        #expect(again.status == .notModified && again.body.readableBytes == 0)
        #expect(again.headers[.eTag] == tag)
      }
      let changed = try await client.execute(uri: path, method: .get, headers: [.ifNoneMatch: "\"other\""])
      #expect(changed.status == .ok)
    }
  }

  @Test(arguments: [
    ("gzip, deflate, br", true), ("br;q=1, gzip;q=0.5", true), ("GZIP", true), ("gzip;q=0", false),
    ("br", false), ("", false),
  ])
  func `long answers are compressed for clients that take that`(accepted: String, isCompressed: Bool)
    async throws
  {
    let plain = try await get("/api/v1/files", .get, many)
    let answer = try await get("/api/v1/files", .get, many, headers: [.acceptEncoding: accepted])
    #expect(answer.headers[.vary] == "Accept-Encoding")
    #expect(answer.headers[.contentEncoding] == (isCompressed ? "gzip" : nil))
    #expect((answer.body.readableBytes < plain.body.readableBytes / 4) == isCompressed)
    if isCompressed {
      #expect(Array(buffer: answer.body).prefix(2) == [0x1F, 0x8B])
      #expect(try await gunzip(Data(buffer: answer.body)) == Data(buffer: plain.body))
    }
    let short = try await get("/healthz", headers: [.acceptEncoding: accepted])
    #expect(short.headers[.contentEncoding] == nil)
  }

  private func gunzip(_ data: Data) async throws -> Data {
    try await withTemporaryDirectory { directory in
      let file = directory.appendingPathComponent("answer.gz")
      try data.write(to: file)
      let result = try await ChildProcess.run("gzip", ["-dc", file.path])
      return Data((result.output.joined(separator: "\n") + "\n").utf8)
    }
  }

  @Test(.timeLimit(.minutes(1))) func `on loopback only our own host names are served`() async throws {
    let server = StatsServer(
      client: FakeClient(sample), address: "127.0.0.1", port: 0, hostName: "myhost")
    let port = try await server.start()
    for host in ["localhost:1", "LOCALHOST", "127.0.0.1:80", "[::1]:5", "[::1]", "myhost.", "MyHost:9"] {
      #expect(try await status(ofHealthAt: host, port: port) == "200", "\(host)")
    }
    for host in ["evil.test", "localhost.evil.test:80", "127.0.0.1.evil.test", "[::2]"] {
      #expect(try await status(ofHealthAt: host, port: port) == "421", "\(host)")
    }
    await server.stop()
  }

  @Test(arguments: [
    ("192.168.1.5", "myhost", true), ("192.168.1.5", "192.168.1.5:80", true),
    ("192.168.1.5", "[fe80::1]:80", true),
    ("192.168.1.5", "printer", true), ("192.168.1.5", "box.local:80", true),
    ("192.168.1.5", "evil.test", false),
    ("192.168.1.5", "192.168.1.5.evil.test", false), ("fd00::1", "evil.test", false),
    ("127.0.0.1", "evil.test", false),
    ("::ffff:10.0.0.1", "evil.test:80", false), ("8.8.8.8", "evil.test", true),
    ("2001:db8::1", "evil.test", true),
  ])
  func whatTheInternetCannotReachIsServedUnderLocalNamesOnly(address: String, host: String, isServed: Bool) {
    let reach = HostNames.Reach(listening: "0.0.0.0", visited: address)
    #expect(HostNames(["myhost"]).admit(host, reach) == isServed)
  }

  /// Asks a server on loopback under a given name.
  private func status(ofHealthAt host: String, port: Int) async throws -> Substring {
    try await connect(port, host: "127.0.0.1").executeThenClose { inbound, outbound in
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

  @Test func `a header that is too long is refused`() async throws {
    try await application().test(.live) { client in
      let long = String(repeating: "x", count: 20_000)
      let response = try await client.execute(uri: "/healthz", method: .get, headers: [.userAgent: long])
      #expect(response.status == .badRequest)
    }
  }
}
