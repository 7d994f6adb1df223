import Foundation
import Hummingbird
import HummingbirdTesting
import PeerCore
import Testing

@testable import PeerEngine

/// Files whose bytes are their own offsets, modulo 256.
private struct Shelf: FileSharing {
  struct Item: SharedFile {
    let size: UInt64
    func read(at offset: UInt64, count: Int) -> [UInt8] {
      (offset..<min(size, offset + UInt64(count))).map { UInt8(truncatingIfNeeded: $0) }
    }
  }
  struct Gone: Error {}

  func open(_ copy: LocalCopy) throws -> any SharedFile {
    if copy.storedName == "gone" { throw Gone() }
    return Item(size: copy.size)
  }
}

private func snapshot(_ name: String, size: UInt64) -> Snapshot {
  var record = FileRecord(
    entry: FileEntry(
      id: id("aa"), name: "../\(name)", owner: "me", timestamp: Lexeme(1), size: Lexeme(1)))
  record.copy = LocalCopy(storedName: name, size: size, modified: 1_744_170_562_500_000_000)
  var snapshot = sample
  snapshot.files = FileTable([record])
  return snapshot
}

private let path = "/files/\(id("aa").hex)"
private let tag = "\"\(id("aa").hex)\""

private func download(
  _ headers: HTTPFields = [:], _ method: HTTPRequest.Method = .get, name: String = "a.txt",
  size: UInt64 = 1000
) async throws -> TestResponse {
  try await get(path, method, snapshot(name, size: size), headers: headers, sharing: Shelf())
}

@Suite struct StatsDownloadTests {
  @Test func `a local file comes whole`() async throws {
    let answer = try await download(size: 200_000)
    #expect(answer.status == .ok && answer.headers[.contentLength] == "200000")
    #expect(Array(buffer: answer.body) == Shelf.Item(size: 200_000).read(at: 0, count: 200_000))
    #expect(answer.headers[.contentType] == "application/octet-stream")
    #expect(answer.headers[.eTag] == tag && answer.headers[.acceptRanges] == "bytes")
    #expect(answer.headers[.lastModified] == "Wed, 09 Apr 2025 03:49:22 GMT")
    #expect(answer.headers[.contentEncoding] == nil)
  }

  @Test(arguments: [
    ("bytes=0-0", 0..<1), ("bytes=10-19", 10..<20), ("bytes=990-", 990..<1000), ("bytes=-7", 993..<1000),
    ("bytes=990-5000", 990..<1000), ("bytes=-5000", 0..<1000), ("Bytes = 1-2", nil), ("BYTES=1-2", 1..<3),
    ("bytes= 3-4 ", 3..<5), ("bytes=0-99999999999999999999999", 0..<1000),
  ])
  func `a range comes alone`(range: String, expected: Range<UInt64>?) async throws {
    let answer = try await download([.range: range])
    guard let expected else {
      #expect(answer.status == .ok)
      return
    }
    #expect(answer.status == .partialContent)
    #expect(answer.headers[.contentRange] == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/1000")
    #expect(answer.headers[.contentLength] == "\(expected.count)")
    #expect(Array(buffer: answer.body) == expected.map { UInt8(truncatingIfNeeded: $0) })
  }

  @Test(arguments: ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999999-"])
  func `a range outside the file is refused, with the file's size`(range: String) async throws {
    let answer = try await download([.range: range])
    #expect(answer.status == .rangeNotSatisfiable && answer.headers[.contentRange] == "bytes */1000")
    #expect(answer.headers[.acceptRanges] == nil && answer.headers[.contentDisposition] == nil)
  }

  @Test(arguments: [
    "bytes=5-2", "bytes=a-b", "bytes=1-2,4-5", "lines=1-2", "bytes=", "bytes=-", "bytes=1", "bytes=+1-2",
  ])
  func `a range that means nothing is ignored`(range: String) async throws {
    let answer = try await download([.range: range])
    #expect(answer.status == .ok && answer.body.readableBytes == 1000)
  }

  @Test func `an empty file has no range`() async throws {
    let whole = try await download(size: 0)
    #expect(whole.status == .ok && whole.body.readableBytes == 0)
    #expect(try await download([.range: "bytes=0-"], size: 0).status == .rangeNotSatisfiable)
    #expect(try await download([.range: "bytes=-1"], size: 0).status == .rangeNotSatisfiable)
  }

  @Test func `a resumed download gets its range only if the file is the same`() async throws {
    for condition in [tag, "Wed, 09 Apr 2025 03:49:22 GMT"] {
      #expect(try await download([.range: "bytes=1-", .ifRange: condition]).status == .partialContent)
    }
    for condition in ["\"other\"", "W/\(tag)", "Wed, 09 Apr 2025 03:49:23 GMT"] {
      #expect(try await download([.range: "bytes=1-", .ifRange: condition]).status == .ok)
    }
  }

  @Test func `a client that has it is not sent it again`() async throws {
    let answer = try await download([.ifNoneMatch: tag, .range: "bytes=0-1"])
    #expect(answer.status == .notModified && answer.body.readableBytes == 0 && answer.headers[.eTag] == tag)
  }

  @Test func `HEAD describes the whole file`() async throws {
    let answer = try await download([.range: "bytes=0-1"], .head)
    #expect(answer.status == .ok && answer.body.readableBytes == 0)
    #expect(answer.headers[.contentLength] == "1000" && answer.headers[.contentRange] == nil)
  }

  @Test(arguments: [
    ("plain.txt", "plain.txt", "plain.txt"), ("ü.txt", "_.txt", "%C3%BC.txt"),
    ("a \"b\" c;d.txt", "a _b_ c;d.txt", "a%20%22b%22%20c%3Bd.txt"), ("100%.txt", "100_.txt", "100%25.txt"),
    ("読書.txt", "__.txt", "%E8%AA%AD%E6%9B%B8.txt"),
    ("x\r\nSet-Cookie: a", "x__Set-Cookie: a", "x%0D%0ASet-Cookie%3A%20a"),
  ])
  func `it is saved under its name in files/`(name: String, plain: String, encoded: String) async throws {
    let answer = try await download(name: name)
    #expect(
      answer.headers[.contentDisposition]
        == "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(encoded)")
  }

  @Test func `only files that are here, and only if shared, are given`() async throws {
    #expect(try await get(path, .get, snapshot("a", size: 1)).status == .notFound)
    #expect(try await download(name: "gone").status == .notFound)
    let remote = try await get("/files/\(id("bb").hex)", sharing: Shelf())
    #expect(remote.status == .notFound && text(remote).contains("other peers have it"))
    #expect(try await get("/files/\(id("ff").hex)", sharing: Shelf()).status == .notFound)
    #expect(try await download([:], .post).status == .methodNotAllowed)
  }

  @Test func `the page links to files only if they are shared`() async throws {
    let link = "<a href=\"\(path)\" download>../a.txt</a>"
    let shared = try await get("/", .get, snapshot("a.txt", size: 1), sharing: Shelf())
    #expect(text(shared).contains(link))
    #expect(!text(try await get("/", .get, snapshot("a.txt", size: 1))).contains("href=\"/files/"))
  }
}
