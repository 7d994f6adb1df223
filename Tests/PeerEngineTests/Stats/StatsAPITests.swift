import Foundation
import Hummingbird
import HummingbirdTesting
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite struct StatsAPITests {
  @Test func `the status is a flat object`() async throws {
    let response = try await get("/api/v1/status")
    #expect(response.headers[.contentType] == "application/json")
    #expect(
      text(response) == """
        {"peer_id":"me","host":"localhost","p2p_port":8040,"http_port":8041,"version":"0.1.0",\
        "started_at":"2025-04-09T03:49:22.000Z","uptime_seconds":65.5,"peers":1,"files":2,\
        "files_local":1,"transfers":1,"bytes_received":1000,"bytes_sent":2000}

        """)
  }

  @Test func `peers tell when they were seen`() async throws {
    let peers = try #require(try object(await get("/api/v1/peers"))["peers"] as? [[String: Any]])
    #expect(peers.count == 1)
    #expect(Set(peers[0].keys) == ["peer_id", "host", "port", "last_seen_seconds", "files"])
    #expect(peers[0]["peer_id"] as? String == hostile)
    #expect(peers[0]["last_seen_seconds"] as? Double == 3.5)
    #expect(peers[0]["files"] as? Int == 3)
  }

  @Test func `files keep their lexemes`() async throws {
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
    ("q=&unknown=x", 0, 100, 300, "f000"),
  ])
  func `files are searched, sorted and paged`(
    query: String, offset: Int, limit: Int, total: Int, first: String
  ) async throws {
    let answer = try object(await get("/api/v1/files?\(query)", .get, many))
    let files = try #require(answer["files"] as? [[String: Any]])
    #expect(answer["offset"] as? Int == offset && answer["limit"] as? Int == limit)
    #expect(answer["total"] as? Int == total)
    #expect(files.count == min(limit, total - offset))
    #expect(files.first?["file_name"] as? String == first)
  }

  @Test func `an offset behind the end gives an empty page`() async throws {
    let answer = try object(await get("/api/v1/files?offset=500", .get, many))
    #expect((answer["files"] as? [Any])?.isEmpty == true && answer["total"] as? Int == 300)
  }

  @Test func `transfers tell progress`() async throws {
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

  @Test func `the log goes on where it was left`() async throws {
    let all = try object(await get("/api/v1/log"))
    #expect((all["entries"] as? [Any])?.count == 3 && all["next"] as? Int == 3)
    let rest = try object(await get("/api/v1/log?since=2"))
    let entries = try #require(rest["entries"] as? [[String: Any]])
    #expect(entries.map { $0["text"] as? String } == ["line 3"])
    #expect(entries[0]["time"] as? String == "2025-04-09T03:49:22.000Z")
    #expect((try object(await get("/api/v1/log?since=3"))["entries"] as? [Any])?.isEmpty == true)
  }

  @Test(arguments: [
    "limit=0", "limit=1001", "limit=x", "offset=-1", "sort=state", "sort=id", "order=up", "q=%FF", "sort=",
    "limit=", "q=a&q=b",
    "q=\(String(repeating: "x", count: 201))",
  ])
  func `bad parameters are explained`(query: String) async throws {
    let response = try await get("/api/v1/files?\(query)")
    #expect(response.status == .badRequest)
    #expect(response.headers[.contentType] == "application/problem+json")
    #expect(try object(response)["status"] as? Int == 400)
    #expect((try object(response)["detail"] as? String)?.isEmpty == false)
  }
}
