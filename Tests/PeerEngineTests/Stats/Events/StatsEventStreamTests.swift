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

/// A peer whose snapshots a test makes.
private final class StagedClient: PeerClient {
  private let hub: SnapshotHub

  init(_ snapshot: Snapshot) { hub = SnapshotHub(snapshot) }

  var snapshot: Snapshot { hub.newest }
  func snapshots() -> AsyncStream<Snapshot> { hub.listen() }
  func submit(_ command: Command) async -> CommandReply { .failed("nothing changes here") }

  func change(_ change: (inout Snapshot) -> Void) {
    var snapshot = hub.newest
    snapshot.revision += 1
    change(&snapshot)
    hub.publish(snapshot)
  }
}

private struct Told {
  let id: String?
  let kind: String
  let data: [String: Any]

  /// The whole events in a stream, comments and the like left out.
  static func all(_ bytes: [UInt8]) throws -> [Told] {
    let blocks = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n\n")
    return try blocks.dropLast().compactMap { block in
      let fields = block.split(separator: "\n").reduce(into: [String: String]()) { fields, line in
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces)
      }
      guard let kind = fields["event"], let data = fields["data"] else { return nil }
      let object = try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any]
      return Told(id: fields["id"], kind: kind, data: object ?? [:])
    }
  }
}

private func told(from old: Snapshot?, to new: Snapshot) throws -> [String: [String: Any]] {
  let events = FeedChanges(old: old, new: new).events
  let bytes = events.flatMap { $0.bytes(id: nil) }
  return Dictionary(uniqueKeysWithValues: try Told.all(bytes).map { ($0.kind, $0.data) })
}

private func changed(_ snapshot: Snapshot = sample, _ change: (inout Snapshot) -> Void) -> Snapshot {
  var snapshot = snapshot
  change(&snapshot)
  return snapshot
}

@Suite struct StatsChangeTests {
  @Test func `a listener that knows nothing is told the present state`() throws {
    let told = try told(from: nil, to: sample)
    #expect(Set(told.keys) == ["status", "peers", "files", "transfers", "log"])
    #expect(told["status"]?["peer_id"] as? String == "me")
    #expect((told["peers"]?["peers"] as? [Any])?.count == 1 && told["peers"]?["complete"] as? Bool == true)
    // The list of files may be long: it is to be asked for.
    #expect(told["files"]?["complete"] as? Bool == false && told["files"]?["total"] as? Int == 2)
    #expect((told["transfers"]?["transfers"] as? [Any])?.count == 2)
    #expect((told["log"]?["entries"] as? [Any])?.count == 3 && told["log"]?["next"] as? Int == 3)
  }

  @Test func `time alone is no news`() throws {
    let later = changed { $0.taken = Moment(uptime: 200_000, wall: 1_744_170_727_500) }
    #expect(try told(from: sample, to: later).isEmpty)
  }

  @Test func `only the part that changed is told`() throws {
    let seen = try told(from: sample, to: changed { $0.peers[0].lastSeen += 1_000 })
    #expect(Set(seen.keys) == ["peers"] && (seen["peers"]?["peers"] as? [Any])?.count == 1)
    let gone = try told(from: sample, to: changed { $0.peers = [] })
    #expect(gone["peers"]?["gone"] as? [String] == [hostile] && gone["status"]?["peers"] as? Int == 0)
    let bytes = try told(from: sample, to: changed { $0.bytesSent += 1 })
    #expect(Set(bytes.keys) == ["status"] && bytes["status"]?["bytes_sent"] as? Int == 2001)
    let entry = LogEntry(seq: 4, time: 0, level: .error, text: "line 4")
    let log = try told(from: sample, to: changed { $0.log.append(entry) })
    let entries = try #require(log["log"]?["entries"] as? [[String: Any]])
    #expect(Set(log.keys) == ["log"] && entries.map { $0["text"] as? String } == ["line 4"])
    let transfers = try told(from: sample, to: changed { $0.transfers[0].bytes += 1 })
    #expect(Set(transfers.keys) == ["transfers"])
    #expect((transfers["transfers"]?["transfers"] as? [Any])?.count == 2)
  }

  @Test func `files that changed or went are told`() throws {
    let records = many.files.map(\.record)
    let later = changed(many) { snapshot in
      var other = records
      other[7].fetch = .wanted
      other.removeLast()
      snapshot.files = FileTable(other)
      snapshot.filesRevision += 1
    }
    let files = try #require(try told(from: many, to: later)["files"])
    #expect((files["files"] as? [[String: Any]])?.map { $0["file_name"] as? String } == ["f007"])
    #expect(files["gone"] as? [String] == [records[299].entry.id.hex])
    #expect(files["complete"] as? Bool == true && files["total"] as? Int == 299)
  }

  @Test func `more changes than fit are marked as incomplete`() throws {
    let later = changed(many) { snapshot in
      snapshot.files = FileTable(
        many.files.map {
          var record = $0.record
          record.fetch = .wanted
          return record
        })
      snapshot.filesRevision += 1
    }
    let files = try #require(try told(from: many, to: later)["files"])
    #expect((files["files"] as? [Any])?.count == 100 && files["complete"] as? Bool == false)
  }
}

@Suite struct StatsFeedTests {
  private let client = StagedClient(sample)

  private func advance(_ feed: EventFeed) {
    client.change { $0.bytesSent += 1 }
    feed.tell(client.snapshot)
  }

  @Test func `a listener that was away goes on where it stopped`() throws {
    let feed = EventFeed(client: client)
    var position: EventFeed.Position = nil
    let present = try Told.all(feed.next(after: &position))
    // Only the last one has an id: who loses the connection in the middle is told all of it again.
    #expect(present.map { $0.id != nil } == [false, false, false, false, true])
    advance(feed)
    advance(feed)
    let news = try Told.all(feed.next(after: &position))
    #expect(news.map { $0.data["bytes_sent"] as? Int } == [2001, 2002])
    #expect(feed.next(after: &position).isEmpty)

    var resumed = feed.position(lastEventID: news[0].id)
    #expect(try Told.all(feed.next(after: &resumed)).map(\.id) == [news[1].id])
    var early = feed.position(lastEventID: present[4].id)
    #expect(try Told.all(feed.next(after: &early)).count == 2)
  }

  @Test(arguments: ["", "1", "other-1", "other-1-2", "x-y", "-", "😀-1"])
  func `an id that means nothing begins anew`(id: String) throws {
    var position = EventFeed(client: client).position(lastEventID: id)
    #expect(try Told.all(EventFeed(client: client).next(after: &position)).count == 5)
  }

  @Test func `an id of the future begins anew`() throws {
    let feed = EventFeed(client: client)
    var position: EventFeed.Position = nil
    let id = try #require(try Told.all(feed.next(after: &position)).last?.id)
    let future = try #require(id.split(separator: "-").first) + "-18446744073709551615"
    var other = feed.position(lastEventID: String(future))
    #expect(try Told.all(feed.next(after: &other)).count == 5)
  }

  @Test func `a listener that is too slow is told the present state`() throws {
    let feed = EventFeed(client: client)
    var position: EventFeed.Position = nil
    _ = feed.next(after: &position)
    for _ in 0..<600 { advance(feed) }
    let events = try Told.all(feed.next(after: &position))
    #expect(events.count == 5 && events[0].data["bytes_sent"] as? Int == 2600)
    #expect(feed.next(after: &position).isEmpty)
  }

  @Test func `the number of listeners is bounded`() throws {
    let feed = EventFeed(client: client)
    var streams = (0..<EventFeed.listeners).map { _ in feed.listen() }
    #expect(streams.allSatisfy { $0 != nil } && feed.listen() == nil)
    streams.removeLast()
    #expect(feed.listenerCount == EventFeed.listeners - 1 && feed.listen() != nil)
  }
}

@Suite struct StatsRendererTests {
  private func page(_ renderer: Renderer, _ query: String = "") async throws -> String {
    let answer = await renderer.page(
      try ListQuery(try Parameters(query: query), states: true))
    guard case .bytes(let bytes, _) = answer.body else { throw Unexpected("no text") }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `a page is made once for all, until there is news`() async throws {
    let client = StagedClient(sample)
    let source = source(client)
    let renderer = Renderer(source: source)
    let first = try await page(renderer)
    client.change { $0.bytesSent = 5 << 20 }
    #expect(try await page(renderer) == first)
    #expect(try await page(renderer, "sort=size").contains("5.0 MiB"), "another query is another page")
    source.feed.tell(client.snapshot)
    #expect(
      try await page(renderer).contains("5.0 MiB"), "who asks because of an event sees what it was about")
  }

  @Test func `a page is at most a second old`() async throws {
    let client = StagedClient(sample)
    let renderer = Renderer(source: source(client))
    _ = try await page(renderer)
    client.change {
      $0.bytesSent = 5 << 20
      $0.taken.uptime += 1_000
    }
    #expect(try await page(renderer).contains("5.0 MiB"))
  }
}

@Suite(.timeLimit(.minutes(1))) struct StatsEventStreamTests {
  /// Listens on a connection of its own until a test has seen enough.
  private func listen(
    port: Int, lastEventID: String? = nil, until isEnough: ([Told]) async throws -> Bool
  ) async throws {
    // By name: a server under test is where this machine looks first for that, at 127.0.0.1 or at ::1.
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "localhost", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    try await channel.executeThenClose { inbound, outbound in
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
    let client = StagedClient(sample)
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
      client: StagedClient(sample), address: "127.0.0.1", port: 0, hostName: "localhost")
    let port = try await server.start()
    await #expect(throws: Unexpected.self) {
      try await listen(port: port) { events in
        if events.count >= 5 { Task { await server.stop() } }
        return false
      }
    }
  }

  @Test func `a listener that leaves is no longer counted`() async throws {
    let source = source(StagedClient(sample))
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
