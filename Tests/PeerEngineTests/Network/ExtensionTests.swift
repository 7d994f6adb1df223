import Crypto
import NIOCore
import PeerCore
import Synchronization
import TestSupport
import Testing

@testable import PeerEngine

/// docs/PROTOCOL.md, "Extension": raw bytes, ranges, kept connections, block lists.
@Suite struct ExtensionTests {
  /// Three blocks and a bit.
  static let content = (0..<(3 << 20) + 5).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 12) }
  static let entry = FileEntry(
    id: FileID(bytes: SHA256.hash(data: content + Array("7".utf8)))!, name: "big", owner: "o",
    timestamp: Lexeme(7), sizeBytes: UInt64(content.count))
  static let copy = LocalCopy(storedName: "big", size: UInt64(content.count), modified: 0)
  static let hashes = stride(from: 0, to: content.count, by: 1 << 20).map {
    FileID(bytes: SHA256.hash(data: Array(content.dropFirst($0).prefix(1 << 20))))!
  }
  static let list = BlockList(size: UInt64(content.count), hashes: hashes)!

  static func part(_ range: Range<UInt64>) -> RawPart {
    RawPart(offset: range.lowerBound, length: UInt64(range.count), size: UInt64(content.count))!
  }

  static func rawAnswer(_ range: Range<UInt64>) -> [UInt8] {
    MessageEncoder.fileData(entry, raw: part(range)) + content[Int(range.lowerBound)..<Int(range.upperBound)]
  }

  /// A network that holds the file and gives whatever part is asked for.
  func holder() async throws -> NetworkFixture {
    let fixture = try await NetworkFixture()
    fixture.desk.hold(Self.content, as: "big")
    fixture.desk.onMessage { [network = fixture.network] connection, message in
      switch message {
      case .getFile(let request) where request.part(ofSize: Self.copy.size) != nil:
        _ = network.answers.decide(connection, .serve(UploadID(1), request, Self.entry, Self.copy))
      case .getBlocks(let request) where request.file == Self.entry.id:
        _ = network.answers.decide(connection, .serveBlocks(Self.entry.id, Self.copy))
      default: _ = network.answers.decide(connection, .refuse)
      }
    }
    return fixture
  }

  // MARK: Serving

  @Test func `one connection serves many requests`() async throws {
    let fixture = try await holder()
    let requests =
      MessageEncoder.getFile(Self.entry.id, rawFrom: 1 << 20, length: 9)
      + MessageEncoder.getFile(Self.entry.id, rawFrom: .max, length: nil)
      + MessageEncoder.getBlocks(Self.entry.id)
      + MessageEncoder.getBlocks(greeting.id)
      + MessageEncoder.getFile(Self.entry.id, rawFrom: 0, length: nil)
    let answer = try await RawClient.connect(to: fixture.port).exchange(requests)
    #expect(
      answer == Self.rawAnswer(1 << 20..<(1 << 20) + 9) + MessageEncoder.fileNotFound
        + MessageEncoder.blocks(Self.entry.id, Self.list) + MessageEncoder.blocksNotFound
        + Self.rawAnswer(0..<UInt64(Self.content.count)))
    await fixture.stop()
  }

  @Test func `a connection without further requests is closed`() async throws {
    let fixture = try await NetworkFixture { $0.keepAlive = .milliseconds(300) }
    fixture.desk.onMessage { [network = fixture.network] connection, _ in
      _ = network.answers.decide(connection, .refuse)
    }
    let answer = try await RawClient.connect(to: fixture.port).exchange(
      MessageEncoder.getBlocks(Self.entry.id), halfClose: false)
    #expect(answer == MessageEncoder.blocksNotFound)
    await fixture.stop()
  }

  @Test func `raw bytes that nobody asked for are refused`() async throws {
    let fixture = try await NetworkFixture()
    let answer = try await RawClient.connect(to: fixture.port).exchange(Self.rawAnswer(0..<100))
    #expect(answer.isEmpty)
    try await eventually("the refusal is logged") {
      fixture.desk.lines.contains { $0.contains("raw bytes that nobody asked for") }
    }
    await fixture.stop()
  }

  // MARK: Fetching

  private func fetch(
    _ attempt: UInt64, _ range: Range<UInt64>? = nil, from port: Int, blocks: BlockList? = nil
  ) -> Effect.Fetch {
    Effect.Fetch(
      attempt: AttemptID(attempt), entry: Self.entry, holder: Endpoint(host: "127.0.0.1", port: port),
      features: .ours, start: range?.lowerBound ?? 0, end: range?.upperBound, size: Self.copy.size,
      blocks: blocks, limit: 1 << 30)
  }

  private func outcome(_ attempt: UInt64, _ fixture: NetworkFixture) async throws -> Event {
    try await eventually("attempt \(attempt) ends") {
      fixture.desk.events.first { event in
        switch event {
        case .fetched(AttemptID(attempt), _, _), .fetchFailed(AttemptID(attempt), _): true
        default: false
        }
      }
    }
  }

  private func failure(_ event: Event) -> TransferFailure? {
    if case .fetchFailed(_, let failure) = event { failure } else { nil }
  }

  @Test func `parts come raw on a connection that is kept`() async throws {
    let holder = try await holder()
    let fixture = try await NetworkFixture()
    let ranges: [Range<UInt64>] = [2 << 20..<Self.copy.size, 0..<1 << 20, 1 << 20..<2 << 20]
    for (number, range) in ranges.enumerated() {
      fixture.network.fetch(fetch(UInt64(number), range, from: holder.port), into: fixture.target)
      let (data, end) = try await outcome(UInt64(number), fixture).fetched
      #expect(data.raw?.range == range)
      #expect(end == range.upperBound)
    }
    #expect(fixture.target.bytes == Self.content)
    #expect(fixture.target.size == Self.copy.size)
    let connections = holder.desk.events.compactMap { event -> ConnectionID? in
      if case .received(_, _, let connection) = event { connection } else { nil }
    }
    #expect(Set(connections).count == 1)
    await fixture.stop()
    await holder.stop()
  }

  @Test func `a kept connection that the holder closed is replaced`() async throws {
    let holder = try await NetworkFixture { $0.keepAlive = .milliseconds(200) }
    holder.desk.hold(Self.content, as: "big")
    holder.desk.onMessage { [network = holder.network] connection, message in
      guard case .getFile(let request) = message else { return }
      _ = network.answers.decide(connection, .serve(UploadID(1), request, Self.entry, Self.copy))
    }
    let fixture = try await NetworkFixture()
    fixture.network.fetch(fetch(1, 0..<1 << 20, from: holder.port), into: fixture.target)
    _ = try await outcome(1, fixture).fetched
    try await eventually("the holder has closed it") { holder.network.connections == 0 }
    fixture.network.fetch(fetch(2, 1 << 20..<2 << 20, from: holder.port), into: fixture.target)
    _ = try await outcome(2, fixture).fetched
    await fixture.stop()
    await holder.stop()
  }

  /// One of a few small files, each with content of its own.
  private func smallFetch(_ attempt: UInt64, from port: Int) -> Effect.Fetch {
    var entry = FileEntry.small(attempt)
    entry.sizeBytes = 5
    return Effect.Fetch(
      attempt: AttemptID(attempt), entry: entry, holder: Endpoint(host: "127.0.0.1", port: port),
      features: .ours, start: 0, end: nil, size: 5, blocks: nil, limit: 1 << 20)
  }

  private func smallAnswer(_ number: UInt64) -> [UInt8] {
    MessageEncoder.fileData(.small(number), raw: RawPart(offset: 0, length: 5, size: 5)!)
      + Array("file\(number)".utf8)
  }

  @Test func `small files are asked for before the earlier ones have come`() async throws {
    let fixture = try await NetworkFixture()
    // It answers nothing before it is asked for all three, on the first connection.
    let requests = (1...3).map { MessageEncoder.getFile(FileEntry.small($0).id, rawFrom: 0, length: nil) }
    let peer = try await ScriptedPeer(
      [.send((1...3).flatMap { smallAnswer($0) })], after: requests.reduce(0) { $0 + $1.count })
    let targets = (1...3).map { _ in MemoryDownload() }
    for number in 1...3 as ClosedRange<UInt64> {
      fixture.network.fetch(smallFetch(number, from: peer.port), into: targets[Int(number) - 1])
    }
    for number in 1...3 as ClosedRange<UInt64> {
      #expect(try await outcome(number, fixture).fetched.end == 5)
    }
    #expect(targets.map { String(decoding: $0.bytes, as: UTF8.self) } == ["file1", "file2", "file3"])
    try await peer.stop()
    await fixture.stop()
  }

  @Test func `what was asked for behind an answer that ends the connection is asked for again`() async throws
  {
    let fixture = try await NetworkFixture()
    let peer = try await ScriptedPeer([.send(smallAnswer(1)), .close])
    for number in [1, 2] as [UInt64] {
      fixture.network.fetch(smallFetch(number, from: peer.port), into: fixture.target)
    }
    #expect(try await outcome(1, fixture).fetched.end == 5)
    // The second connection is answered with the same file, which is not the one that was asked for there.
    _ = try await outcome(2, fixture)
    #expect(peer.connections == 2)
    try await peer.stop()
    await fixture.stop()
  }

  @Test func `what was requested behind a cancelled file comes nevertheless`() async throws {
    let holder = try await NetworkFixture()
    for number in 1...3 as ClosedRange<UInt64> {
      holder.desk.hold(Array("file\(number)".utf8), as: "file\(number)")
    }
    let serve: @Sendable (ConnectionID, GetFile) -> Void = { [network = holder.network] connection, request in
      guard let number = (1...3).first(where: { FileEntry.small($0).id == request.file }) else { return }
      let copy = LocalCopy(storedName: "file\(number)", size: 5, modified: 0)
      _ = network.answers.decide(connection, .serve(UploadID(number), request, .small(number), copy))
    }
    let first = Mutex<(ConnectionID, GetFile)?>(nil)
    holder.desk.onMessage { connection, message in
      guard case .getFile(let request) = message else { return }
      if request.file == FileEntry.small(1).id {
        first.withLock { $0 = (connection, request) }
      } else {
        serve(connection, request)
      }
    }
    let fixture = try await NetworkFixture()
    for number in 1...3 as ClosedRange<UInt64> {
      fixture.network.fetch(smallFetch(number, from: holder.port), into: MemoryDownload())
    }
    let (connection, request) = try await eventually("the first is asked for") { first.withLock { $0 } }
    fixture.network.cancelFetch(AttemptID(2))
    serve(connection, request)
    for number in [1, 3] as [UInt64] { #expect(try await outcome(number, fixture).fetched.end == 5) }
    await fixture.stop()
    await holder.stop()
  }

  @Test func `small files count towards the limit, too, although they come in one piece`() async throws {
    let fixture = try await NetworkFixture()
    fixture.network.limit(.down, bytesPerSecond: 20)
    let peer = try await ScriptedPeer([.send(smallAnswer(1) + smallAnswer(2))])
    let start = ContinuousClock.now
    for number in 1...2 as ClosedRange<UInt64> {
      fixture.network.fetch(smallFetch(number, from: peer.port), into: MemoryDownload())
    }
    for number in 1...2 as ClosedRange<UInt64> {
      #expect(try await outcome(number, fixture).fetched.end == 5)
    }
    // Two of the ten bytes are a burst.
    #expect(ContinuousClock.now - start >= .milliseconds(400))
    try await peer.stop()
    await fixture.stop()
  }

  @Test func `no request waits behind a large file`() async throws {
    let fixture = try await NetworkFixture()
    let peer = try await ScriptedPeer([])
    fixture.network.fetch(fetch(1, from: peer.port), into: fixture.target)
    fixture.network.fetch(smallFetch(2, from: peer.port), into: fixture.target)
    try await eventually("each has a connection") { peer.connections == 2 }
    try await peer.stop()
    await fixture.stop()
  }

  @Test func `a whole file in hex is as good as a part`() async throws {
    let fixture = try await NetworkFixture()
    let peer = try await ScriptedPeer([.send(fileData(Self.entry, hex: hexText(Self.content)))])
    fixture.network.fetch(fetch(1, 1 << 20..<2 << 20, from: peer.port), into: fixture.target)
    let end = try await outcome(1, fixture).fetched.end
    #expect(end == 2 << 20)
    #expect(fixture.target.confirmed == [1 << 20..<2 << 20])
    #expect(fixture.target.bytes[1 << 20..<2 << 20] == Self.content[1 << 20..<2 << 20])
    await fixture.stop()
  }

  @Test func `a part that is shortened ends at its new end`() throws {
    let fetch = fetch(1, from: 1)
    let control = FetchControl(fetch)
    let target = MemoryDownload()
    let receiver = FetchReceiver(fetch, control: control, target: target, hasher: ContentHash())
    try receiver.begin(Self.part(0..<Self.copy.size), of: nil)
    try Self.content[..<1000].withUnsafeBytes { try receiver.take($0) }
    #expect(!receiver.isFull)
    control.shorten(to: 1500)
    control.shorten(to: 2000)
    try Self.content[1000..<3000].withUnsafeBytes { try receiver.take($0) }
    #expect(receiver.isFull)
    #expect(target.confirmed == [0..<1500])
  }

  @Test func `blocks are checked as they land`() async throws {
    let holder = try await holder()
    let fixture = try await NetworkFixture()
    fixture.network.fetch(fetch(1, from: holder.port, blocks: Self.list), into: fixture.target)
    let end = try await outcome(1, fixture).fetched.end
    #expect(end == Self.copy.size)
    await fixture.stop()
    await holder.stop()
  }

  @Test func `a wrong block does not count`() async throws {
    let holder = try await holder()
    let fixture = try await NetworkFixture()
    var hashes = Self.hashes
    hashes[1] = FileID(bytes: [UInt8](repeating: 9, count: 32))!
    let lie = BlockList(size: Self.copy.size, hashes: hashes)!
    fixture.network.fetch(fetch(1, from: holder.port, blocks: lie), into: fixture.target)
    #expect(failure(try await outcome(1, fixture)) == .wrongBlock(1))
    #expect(fixture.target.confirmed == [0..<1 << 20])
    #expect(
      fixture.desk.events.contains { event in
        if case .fetchProgress(AttemptID(1), 1 << 20, _) = event { true } else { false }
      })
    await fixture.stop()
    await holder.stop()
  }

  @Test func `another part than was asked for is malformed`() async throws {
    let fixture = try await NetworkFixture()
    for (number, range) in [1 << 20..<2 << 20, 0..<9].enumerated() {
      let peer = try await ScriptedPeer([
        .send(Self.rawAnswer(UInt64(range.lowerBound)..<UInt64(range.upperBound)))
      ])
      fixture.network.fetch(fetch(UInt64(number), 0..<1 << 20, from: peer.port), into: fixture.target)
      guard case .malformed = failure(try await outcome(UInt64(number), fixture)) else {
        Issue.record("\(range) is not malformed")
        return
      }
    }
    #expect(fixture.target.confirmed.isEmpty)
    await fixture.stop()
  }

  @Test func `raw bytes that end too soon are truncated`() async throws {
    let fixture = try await NetworkFixture()
    let peer = try await ScriptedPeer([.send(Array(Self.rawAnswer(0..<2 << 20).dropLast(99))), .close])
    fixture.network.fetch(fetch(1, 0..<2 << 20, from: peer.port), into: fixture.target)
    #expect(failure(try await outcome(1, fixture)) == .truncated)
    #expect(fixture.target.confirmed == [0..<(2 << 20) - 99])
    await fixture.stop()
  }

  @Test func `block lists are fetched`() async throws {
    let holder = try await holder()
    let fixture = try await NetworkFixture()
    let endpoint = Endpoint(host: "127.0.0.1", port: holder.port)
    fixture.network.fetchBlocks(AttemptID(1), of: Self.entry.id, from: endpoint)
    fixture.network.fetchBlocks(AttemptID(2), of: greeting.id, from: endpoint)
    try await eventually("both are answered") {
      let lists = fixture.desk.events.compactMap { event -> BlockList?? in
        if case .blocksFetched(_, let list) = event { .some(list) } else { nil }
      }
      return lists.count == 2 && lists.contains(Self.list) && lists.contains(nil)
    }
    await fixture.stop()
    await holder.stop()
  }
}
