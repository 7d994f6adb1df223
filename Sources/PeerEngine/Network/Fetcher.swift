import NIOCore
import PeerCore

/// Asks one holder for a part of a file, and puts the bytes of the answer in their place (PROTOCOL.md, "Messages" and
/// "Extension").
struct Fetcher: HolderExchange {
  let fetch: Effect.Fetch
  let target: any DownloadTarget
  let control: FetchControl
  let network: Network
  /// Called once: with what the holder said of the file and the position up to which the part's bytes are here, or with
  /// why no more of them come.
  let ended: @Sendable (Result<(FileData, end: UInt64), TransferFailure>) -> Void

  private var usesExtension: Bool { fetch.features.contains(.raw) }
  private var isPartial: Bool { fetch.features.contains(.range) }

  /// Asks on a connection that was kept, or on a new one.
  func start() {
    let isSmall = fetch.size.map { $0 <= network.coreLimits.smallFile } ?? false
    network.perform(self, with: fetch.holder, isSmall: isSmall)
  }

  func fail(_ failure: TransferFailure) { ended(.failure(failure)) }

  /// Holders without the extension close the connection after the file.
  var isLast: Bool { !usesExtension }

  var request: [UInt8] {
    guard usesExtension else { return MessageEncoder.getFile(fetch.entry.id) }
    let start = isPartial ? fetch.start : 0
    let end = isPartial ? control.end : nil
    return MessageEncoder.getFile(fetch.entry.id, rawFrom: start, length: end.map { $0 - min(start, $0) })
  }

  func perform(on stream: inout HolderStream) async -> ExchangeEnd {
    guard network.fetches.begin(fetch.attempt, on: stream.channel) else {
      // It was cancelled while it waited for its turn. Its answer comes all the same, and nothing could be read after
      // it.
      return ExchangeEnd(isFit: false) { fail(.cancelled) }
    }
    let receiver = FetchReceiver(
      fetch, control: control, target: target, hasher: network.delegate.makeBlockHasher())
    do {
      let (data, isWhole) = try await read(&stream, receiver)
      let end = receiver.position
      return ExchangeEnd(isFit: isWhole && usesExtension) { ended(.success((data, end: end))) }
    } catch {
      // A holder may close a connection that is kept at any time. That is no failure: the exchange begins anew.
      if stream.isReused, !receiver.hasBegun, stream.watchdog.verdict == nil,
        !network.fetches.isCancelled(fetch.attempt)
      {
        return ExchangeEnd(isFit: false) { start() }
      }
      await tellProgress(receiver)
      let failure = failure(error, stream.watchdog)
      return ExchangeEnd(isFit: false) { fail(failure) }
    }
  }

  /// Reads the answer until its end, or until all of the part is here, whichever comes first. A holder that sends a
  /// whole file as hex is not read to the end for a part of it.
  ///
  /// - Returns: what the holder said of the file, and whether the answer was read to its end.
  private func read(
    _ stream: inout HolderStream, _ receiver: FetchReceiver
  ) async throws -> (data: FileData, isWhole: Bool) {
    stream.watchdog.waitForByte()
    var reader = MessageReader(limits: network.coreLimits, receiver: receiver)
    var pacer = ProgressPacer()
    var data: FileData?
    var hasAnswered = false
    while var buffer = try await stream.next() {
      if !hasAnswered { stream.watchdog.demandProgress() }
      hasAnswered = true
      stream.watchdog.received(buffer.readableBytes)
      let before = receiver.taken
      for message in try reader.readMessage(&buffer) { data = try fileData(of: message) }
      if network.downloadLimit.isBounded { stream.tellEnded() }
      try await network.downloadLimit.take(receiver.taken - before)
      if let data, reader.isBetweenMessages {
        stream.watchdog.endDemand()
        stream.rest = buffer
        return (data, true)
      }
      if receiver.isFull, let told = data ?? hexDescription(receiver) { return (told, false) }
      if pacer.isDue { await tellProgress(receiver) }
      stream.watchdog.waitForByte()
    }
    throw hasAnswered ? TransferFailure.truncated : TransferFailure.closedWithoutAnswer
  }

  /// What stands for the description of a file that comes as hex, if the part is full before the message has ended: the
  /// metadata may come after the `data`, and is not waited for.
  private func hexDescription(_ receiver: FetchReceiver) -> FileData? {
    receiver.hasBegun ? FileData(id: fetch.entry.id, timestamp: fetch.entry.timestamp, hasData: true) : nil
  }

  private func fileData(of message: Message) throws -> FileData {
    guard case .fileData(let data) = message else {
      throw TransferFailure.malformed("it answered with \(Visible.text(message.typeName, limit: 32))")
    }
    if data.isNotFound { throw TransferFailure.notHeld }
    return data
  }

  /// Waits until the core has dealt with the news, which holds back a holder that is faster than this peer.
  private func tellProgress(_ receiver: FetchReceiver) async {
    await network.delegate.deliver(
      .fetchProgress(fetch.attempt, position: receiver.position, size: receiver.size))
  }

  private func failure(_ error: any Error, _ watchdog: Watchdog) -> TransferFailure {
    if let verdict = watchdog.verdict {
      return verdict == .idle ? .stalled(seconds: network.limits.idleTimeout.seconds) : .tooSlow
    }
    return .of(error)
  }
}
