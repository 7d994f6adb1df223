import NIOCore
import PeerCore

/// Fetches one file from one holder: GET_FILE, half-close, and FILE_DATA on the same connection
/// (PROTOCOL.md, "Messages").
struct Fetcher: Sendable {
  let fetch: Effect.Fetch
  let network: Network

  /// - Throws: `TransferFailure`, always.
  func run() async throws -> ReceivedFile {
    let channel = try await network.dialer.connect(to: fetch.holder)
    guard network.fetches.begin(fetch.attempt, on: channel.channel) else {
      try? await channel.executeThenClose { _, _ in }
      throw TransferFailure.cancelled
    }
    let watchdog = Watchdog(channel.channel, limits: network.limits)
    defer { watchdog.stop() }
    do {
      return try await channel.executeThenClose { inbound, _ in
        watchdog.waitForWrite()
        try await channel.channel.writeAndFlush(ByteBuffer(bytes: MessageEncoder.getFile(fetch.entry.id)))
        try await channel.channel.close(mode: .output)
        watchdog.waitForByte()
        return try await receive(inbound, watchdog)
      }
    } catch {
      throw Self.failure(error, watchdog, network.limits)
    }
  }

  private func receive(
    _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ watchdog: Watchdog
  ) async throws -> ReceivedFile {
    var reader = MessageReader(limits: network.coreLimits)
    var reception: FileReception?
    var pacer = ProgressPacer()
    var hasAnswered = false
    for try await buffer in inbound {
      if !hasAnswered { watchdog.demandProgress() }
      hasAnswered = true
      watchdog.received(buffer.readableBytes)
      for item in try reader.read(buffer) {
        switch item {
        case .fileBegan: reception = FileReception(try network.delegate.beginFile(), limit: fetch.limit)
        case .fileBytes(let bytes):
          try reception?.append(bytes)
          try await network.downloadLimit?.take(bytes.count)
        case .message(let message): return try finish(message, reception)
        }
      }
      if let reception, pacer.isDue {
        await network.delegate.deliver(
          .fetchProgress(fetch.attempt, bytes: reception.size, total: fetch.entry.sizeBytes))
      }
      watchdog.waitForByte()
    }
    throw hasAnswered ? TransferFailure.truncated : TransferFailure.closedWithoutAnswer
  }

  private func finish(_ message: Message, _ reception: FileReception?) throws -> ReceivedFile {
    guard case .fileData(let data) = message else {
      throw TransferFailure.malformed("it answered with \(Visible.text(message.type, limit: 32))")
    }
    guard let reception, !data.isNotFound else { throw TransferFailure.notHeld }
    return reception.finish(data, known: fetch.entry.timestamp, in: network.arrivals)
  }

  private static func failure(
    _ error: any Error, _ watchdog: Watchdog, _ limits: NetworkLimits
  ) -> TransferFailure {
    if let verdict = watchdog.verdict {
      return verdict == .idle ? .stalled(seconds: limits.idleTimeout.seconds) : .tooSlow
    }
    return switch error {
    case let failure as TransferFailure: failure
    case let error as WireError: .malformed(error.description)
    case is CancellationError: .cancelled
    default: .reset(Dialer.reason(error))
    }
  }
}
