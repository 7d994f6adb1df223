import Crypto
import Foundation
import NIOCore
import NIOPosix
import PeerCore
import Synchronization
import TestSupport

@testable import PeerEngine

/// A network without the rest of an engine: files are in memory, events are kept, limits are small.
final class NetworkFixture: Sendable {
  let desk = Desk()
  let network: Network
  let port: Int
  private let listener: Listener

  init(_ change: (inout NetworkLimits) -> Void = { _ in }) async throws {
    var limits = NetworkLimits()
    limits.idleTimeout = .milliseconds(300)
    change(&limits)
    network = Network(delegate: desk, limits: limits, coreLimits: Limits(), limitDown: nil, limitUp: nil)
    listener = try await Listener.bind(
      try SocketAddress(ipAddress: "127.0.0.1", port: 0), group: MultiThreadedEventLoopGroup.singleton,
      limits: limits)
    port = listener.port
    network.serve(listener)
  }

  func stop() async {
    try? await listener.channel.channel.close()
    await network.stop()
  }

  /// Asks a scripted peer for a file and returns how that ended.
  func fetch(
    _ entry: FileEntry = greeting, from script: [ScriptedPeer.Step], limit: UInt64 = 1 << 20
  ) async throws -> Event {
    let peer = try await ScriptedPeer(script)
    let attempt = AttemptID(1)
    network.fetch(
      Effect.Fetch(
        attempt: attempt, entry: entry, holder: Endpoint(host: "127.0.0.1", port: peer.port), limit: limit))
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

  func failure(from script: [ScriptedPeer.Step], limit: UInt64 = 1 << 20) async throws -> TransferFailure? {
    guard case .fetchFailed(_, let failure) = try await fetch(from: script, limit: limit) else { return nil }
    return failure
  }
}

/// The first vector of docs/PROTOCOL.md.
let greetingContent = Array("hello, neighbour\n".utf8)
let greeting = FileEntry(
  id: FileID(hex: "eacb039852fa0661da92efbebe81979e93a7d2f7b41f50dc84157b8f93938015")!, name: "hello.txt",
  owner: "alice", timestamp: Lexeme(1_744_170_562), sizeBytes: 17)

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
    var allowance: UInt64? = 1 << 20
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

  var pushAllowance: UInt64? {
    get { state.withLock { $0.allowance } }
    set { state.withLock { $0.allowance = newValue } }
  }

  func onMessage(_ answer: @escaping @Sendable (ConnectionID, Message) -> Void) {
    state.withLock { $0.answer = answer }
  }

  func hold(_ content: [UInt8], as name: String) { state.withLock { $0.copies[name] = content } }

  func deliver(_ event: Event) async {
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

struct MemoryCopy: OutgoingFile {
  let content: [UInt8]
  var size: UInt64 { UInt64(content.count) }

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
  var port: Int { channel.localAddress!.port! }

  init(_ script: [Step]) async throws {
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { child in
        child.eventLoop.makeCompletedFuture {
          try child.pipeline.syncOperations.addHandler(Player(script: script))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  func stop() async throws { try await channel.close() }

  private final class Player: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private var script: [Step]

    init(script: [Step]) { self.script = script }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let channel = context.channel
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
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.autoRead, value: false)
      .connect(host: "127.0.0.1", port: port).get()
    return RawClient(channel: try await PeerChannel.begin(channel))
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
