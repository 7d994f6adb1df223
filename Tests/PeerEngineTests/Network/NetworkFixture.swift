import Crypto
import Foundation
import NIOCore
import NIOPosix
import PeerCore
import Synchronization
import TestSupport

@testable import PeerEngine

/// A network without the rest of an engine: files are in memory, events are kept.
final class NetworkFixture: Sendable {
  let desk = Desk()
  let target = MemoryDownload()
  let network: Network
  let port: Int
  private let listener: Listener

  init(_ change: (inout NetworkLimits) -> Void = { _ in }) async throws {
    var limits = NetworkLimits()
    // A connection that waits for a busy machine is not idle.
    limits.idleTimeout = .hours(1)
    change(&limits)
    network = Network(delegate: desk, limits: limits, coreLimits: Limits(), limitDown: nil, limitUp: nil)
    listener = try await Listener.bind(
      try SocketAddress(ipAddress: "127.0.0.1", port: 0), limits: limits)
    port = listener.port
    network.serve(listener)
  }

  func stop() async {
    try? await listener.channel.channel.close()
    await network.stop()
  }

  /// Asks a scripted peer for a file and returns how that ended.
  func fetch(
    _ entry: FileEntry = greeting, from script: [ScriptedPeer.Step], limit: UInt64 = 1 << 20,
    _ change: (inout Effect.Fetch) -> Void = { _ in }
  ) async throws -> Event {
    let peer = try await ScriptedPeer(script)
    var fetch = Effect.Fetch(
      attempt: AttemptID(1), entry: entry, holder: Endpoint(host: "127.0.0.1", port: peer.port), limit: limit)
    change(&fetch)
    network.fetch(fetch, into: target)
    let outcome = try await eventually("the fetch ends") {
      desk.events.first { event in
        switch event {
        case .fetched, .fetchFailed: true
        default: false
        }
      }
    }
    try await peer.stop()
    return outcome
  }

  func failure(
    from script: [ScriptedPeer.Step], limit: UInt64 = 1 << 20,
    _ change: (inout Effect.Fetch) -> Void = { _ in }
  ) async throws -> TransferFailure? {
    guard case .fetchFailed(_, let failure) = try await fetch(from: script, limit: limit, change) else {
      return nil
    }
    return failure
  }
}

extension Event {
  /// How a fetch ended: what the holder said of the file, and up to where its bytes are here.
  ///
  /// - Throws: the `TransferFailure` that ended it.
  var fetched: (data: FileData, end: UInt64) {
    get throws {
      switch self {
      case .fetched(_, let data, let end): return (data, end)
      case .fetchFailed(_, let failure): throw failure
      default: preconditionFailure("no end of a fetch: \(self)")
      }
    }
  }
}

/// The first vector of docs/PROTOCOL.md.
let greetingContent = Array("hello, neighbour\n".utf8)
let greeting = FileEntry(
  id: FileID(hex: "eacb039852fa0661da92efbebe81979e93a7d2f7b41f50dc84157b8f93938015")!, name: "hello.txt",
  owner: "alice", timestamp: Lexeme(1_744_170_562), sizeBytes: 17)

extension FileEntry {
  /// A file of five bytes.
  static func small(_ number: UInt64) -> FileEntry {
    let content = Array("file\(number)".utf8)
    return FileEntry(
      id: FileID(bytes: SHA256.hash(data: content + Array("7".utf8)))!, name: "file\(number)", owner: "o",
      timestamp: Lexeme(7), sizeBytes: 5)
  }
}

func fileData(_ entry: FileEntry = greeting, hex: String = hexText(greetingContent)) -> [UInt8] {
  MessageEncoder.fileDataStart(entry) + Array(hex.utf8) + MessageEncoder.fileDataEnd
}

func hexText(_ bytes: [UInt8]) -> String {
  bytes.map { String(($0 >> 4), radix: 16) + String($0 & 0xF, radix: 16) }.joined()
}

/// Stands in for the engine's loop.
final class Desk: NetworkDelegate {
  private struct State {
    var events: [Event] = []
    var lines: [String] = []
    var open = 0
    var allowance: PushAllowance? = PushAllowance(file: 1 << 20, all: .max)
    var copies: [String: [UInt8]] = [:]
    var answer: (@Sendable (ConnectionID, Message) -> Void)?
  }

  private let state = Mutex(State())

  var events: [Event] { state.withLock { $0.events } }
  var lines: [String] { state.withLock { $0.lines } }
  /// Partial files that were neither discarded nor handed on.
  var openFiles: Int { state.withLock { $0.open } }
  var messages: [Message] {
    events.compactMap { if case .received(let message, _, _) = $0 { message } else { nil } }
  }

  var pushAllowance: PushAllowance? {
    get { state.withLock { $0.allowance } }
    set { state.withLock { $0.allowance = newValue } }
  }

  func onMessage(_ answer: @escaping @Sendable (ConnectionID, Message) -> Void) {
    state.withLock { $0.answer = answer }
  }

  func hold(_ content: [UInt8], as name: String) { state.withLock { $0.copies[name] = content } }

  func deliver(_ event: Event) async { tell(event) }

  func tell(_ event: Event) {
    let answer = state.withLock { state in
      state.events.append(event)
      return state.answer
    }
    if case .received(let message, _, let connection) = event { answer?(connection, message) }
  }

  func log(_ level: LogLevel, _ text: String) async {
    if level >= .warning { state.withLock { $0.lines.append(text) } }
  }

  func beginFile() throws -> any IncomingFile {
    state.withLock { $0.open += 1 }
    return MemoryFile { [weak self] in self?.state.withLock { $0.open -= 1 } }
  }

  func makeBlockHasher() -> any BlockHasher { ContentHash() }

  func blockList(of file: FileID, _ copy: LocalCopy) async -> BlockList? {
    guard let content = state.withLock({ $0.copies[copy.storedName] }) else { return nil }
    let blocks = stride(from: 0, to: content.count, by: Int(BlockList.blockSize)).map {
      content.dropFirst($0).prefix(Int(BlockList.blockSize))
    }
    return BlockList(
      size: UInt64(content.count), hashes: blocks.map { FileID(bytes: SHA256.hash(data: Array($0)))! })
  }

  func open(_ copy: LocalCopy) throws -> any OutgoingFile {
    guard let content = state.withLock({ $0.copies[copy.storedName] }) else {
      throw TransferFailure.disk("no such copy")
    }
    return MemoryCopy(content: content)
  }
}

final class MemoryFile: IncomingFile {
  private let content = Mutex([UInt8]())
  private let onDiscard: @Sendable () -> Void

  init(onDiscard: @escaping @Sendable () -> Void) { self.onDiscard = onDiscard }

  var bytes: [UInt8] { content.withLock { $0 } }
  var size: UInt64 { UInt64(bytes.count) }
  func append(_ bytes: UnsafeRawBufferPointer) { content.withLock { $0.append(contentsOf: bytes) } }
  func digest(suffix: String) -> FileID { FileID(bytes: SHA256.hash(data: bytes + Array(suffix.utf8)))! }
  func discard() { onDiscard() }
}

/// A download in memory; only what was confirmed counts.
final class MemoryDownload: DownloadTarget {
  private struct State {
    var bytes: [UInt8] = []
    var confirmed = RangeSet<UInt64>()
    var size: UInt64?
  }

  private let state = Mutex(State())

  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var confirmed: [Range<UInt64>] { state.withLock { Array($0.confirmed.ranges) } }
  var size: UInt64? { state.withLock { $0.size } }

  func expect(size: UInt64) { state.withLock { $0.size = size } }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) {
    state.withLock { state in
      let end = Int(offset) + bytes.count
      if state.bytes.count < end { state.bytes += [UInt8](repeating: 0, count: end - state.bytes.count) }
      state.bytes.replaceSubrange(Int(offset)..<end, with: bytes)
    }
  }

  func confirm(_ range: Range<UInt64>) { state.withLock { $0.confirmed.insert(contentsOf: range) } }
}

struct MemoryCopy: OutgoingFile {
  let content: [UInt8]
  var size: UInt64 { UInt64(content.count) }

  func beginReading(_ range: Range<UInt64>) {}

  func duplicateDescriptor() throws -> Int32 {
    let file = tmpfile()!
    defer { fclose(file) }
    fwrite(content, 1, content.count, file)
    fflush(file)
    return dup(fileno(file))
  }

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let piece = content.dropFirst(Int(offset)).prefix(buffer.count)
    buffer.copyBytes(from: piece)
    return piece.count
  }
}

/// A peer that waits for some bytes and then does as it was told, whatever it was asked.
final class ScriptedPeer: Sendable {
  enum Step: Sendable {
    case send([UInt8])
    case close
  }

  private let channel: any Channel
  private let left = Left()
  var port: Int { channel.localAddress!.port! }
  /// On which something was asked.
  var connections: Int { left.connections.load(ordering: .relaxed) }
  /// Whoever asked writes nothing more.
  var isLeft: Bool { left.flag.load(ordering: .relaxed) }

  final class Left: Sendable {
    let flag = Atomic(false)
    let connections = Atomic(0)
  }

  /// - Parameter bytes: how many have to come first.
  init(_ script: [Step], after bytes: Int = 1) async throws {
    let left = left
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture {
          try child.pipeline.syncOperations.addHandler(Player(script: script, after: bytes, left: left))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  func stop() async throws { try await channel.close() }

  private final class Player: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private var script: [Step]
    private var missing: Int
    private var isAsked = false
    private let left: Left

    init(script: [Step], after bytes: Int, left: Left) {
      self.script = script
      missing = bytes
      self.left = left
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case ChannelEvent.inputClosed = event { left.flag.store(true, ordering: .relaxed) }
    }

    func channelInactive(context: ChannelHandlerContext) { left.flag.store(true, ordering: .relaxed) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let channel = context.channel
      if !isAsked { left.connections.add(1, ordering: .relaxed) }
      isAsked = true
      missing -= unwrapInboundIn(data).readableBytes
      guard missing <= 0 else { return }
      for step in script {
        switch step {
        case .send(let bytes): channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
        case .close: channel.close(promise: nil)
        }
      }
      script = []
    }
  }
}

/// A raw connection to a peer under test.
struct RawClient: Sendable {
  let channel: PeerChannel

  static func connect(to port: Int) async throws -> RawClient {
    let opened = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture { try OpenedChannel(channel) }
      }
    return RawClient(channel: opened.take())
  }

  /// Sends, half-closes if told to, and returns everything that comes until the other side closes.
  func exchange(_ bytes: [UInt8], halfClose: Bool = true) async throws -> [UInt8] {
    try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(bytes: bytes))
      if halfClose { outbound.finish() }
      var answer: [UInt8] = []
      do {
        for try await buffer in inbound { answer += Array(buffer: buffer) }
      } catch is IOError {
        // The other side has reset the connection; what came before still counts.
      }
      return answer
    }
  }
}
