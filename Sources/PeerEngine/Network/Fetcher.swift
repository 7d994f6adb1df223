import NIOCore
import PeerCore

/// Asks one holder for a part of a file, and puts the answer where it belongs (PROTOCOL.md, "Messages" and
/// "Extension").
struct Fetcher: HolderExchange {
  let fetch: Effect.Fetch
  let target: any DownloadTarget
  let control: FetchControl
  let network: Network
  /// Told once: what the holder said of the file and up to where its bytes are here, or why there are no
  /// more of them.
  let ended: @Sendable (Result<(FileData, end: UInt64), TransferFailure>) -> Void

  private var usesExtension: Bool { fetch.features.contains(.raw) }
  private var isPartial: Bool { fetch.features.contains(.range) }

  /// On a connection that was kept, or on a new one.
  func start() {
    let isSmall = fetch.size.map { $0 <= network.coreLimits.smallFile } ?? false
    network.perform(self, with: fetch.holder, isSmall: isSmall)
  }

  func fail(_ failure: TransferFailure) { ended(.failure(failure)) }

  var isLast: Bool { !usesExtension }

  var request: [UInt8] {
    guard usesExtension else { return MessageEncoder.getFile(fetch.entry.id) }
    let start = isPartial ? fetch.start : 0
    let end = isPartial ? control.end : nil
    return MessageEncoder.getFile(fetch.entry.id, rawFrom: start, length: end.map { $0 - min(start, $0) })
  }

  func perform(on stream: inout HolderStream) async -> ExchangeEnd {
    guard network.fetches.begin(fetch.attempt, on: stream.channel) else {
      // Its answer is on the way.
      return ExchangeEnd(isFit: false) { fail(.cancelled) }
    }
    let receiver = FetchReceiver(
      fetch, control: control, target: target, hasher: network.delegate.makeBlockHasher())
    do {
      let (data, isWhole) = try await read(&stream, receiver)
      let end = receiver.position
      return ExchangeEnd(isFit: isWhole && usesExtension) { ended(.success((data, end: end))) }
    } catch {
      // The holder has closed a connection that was kept: that is no failure, a new one is made.
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
      if let data, reader.isBetweenMessages {
        stream.watchdog.endDemand()
        stream.rest = buffer
        return (data, true)
      }
      if receiver.isFull, let told = data ?? hexDescription(receiver) { return (told, false) }
      try await network.downloadLimit.take(receiver.taken - before)
      if pacer.isDue { await tellProgress(receiver) }
      stream.watchdog.waitForByte()
    }
    throw hasAnswered ? TransferFailure.truncated : TransferFailure.closedWithoutAnswer
  }

  /// Of a FILE_DATA whose metadata may come after its `data`, and is not waited for.
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

/// Asks a holder for the hashes of a file's blocks (PROTOCOL.md, "Extension").
struct BlockListFetcher: HolderExchange {
  let attempt: AttemptID
  let file: FileID
  let holder: Endpoint
  let network: Network
  let ended: @Sendable (Result<BlockList?, TransferFailure>) -> Void

  func start() { network.perform(self, with: holder, isSmall: false) }
  func fail(_ failure: TransferFailure) { ended(.failure(failure)) }

  var isLast: Bool { false }
  var request: [UInt8] { MessageEncoder.getBlocks(file) }

  func perform(on stream: inout HolderStream) async -> ExchangeEnd {
    guard network.fetches.begin(attempt, on: stream.channel) else {
      return ExchangeEnd(isFit: false) { fail(.cancelled) }
    }
    do {
      let list = try await read(&stream)
      return ExchangeEnd(isFit: true) { ended(.success(list)) }
    } catch {
      // As with files: a new connection is made.
      if stream.isReused, stream.watchdog.verdict == nil, !network.fetches.isCancelled(attempt) {
        return ExchangeEnd(isFit: false) { start() }
      }
      return ExchangeEnd(isFit: false) { fail(.of(error)) }
    }
  }

  private func read(_ stream: inout HolderStream) async throws -> BlockList? {
    // The holder may have to read the whole file first.
    stream.watchdog.waitForHashing()
    var reader = MessageReader(limits: network.coreLimits, receiver: NoFile())
    while var buffer = try await stream.next() {
      stream.watchdog.received(buffer.readableBytes)
      for message in try reader.readMessage(&buffer) {
        guard case .blocks(let blocks) = message else {
          throw TransferFailure.malformed("it answered with \(Visible.text(message.typeName, limit: 32))")
        }
        stream.rest = buffer
        return blocks.file == file ? blocks.list : nil
      }
      stream.watchdog.waitForByte()
    }
    throw TransferFailure.closedWithoutAnswer
  }

  /// For exchanges in which no file may come.
  private final class NoFile: FileReceiver {
    func begin(_ part: RawPart?, of file: FileID?) throws {
      throw TransferFailure.malformed("it sent a file")
    }
    func take(_ bytes: UnsafeRawBufferPointer) throws {}
  }
}

extension TransferFailure {
  /// Of an exchange that ended with an error.
  static func of(_ error: any Error) -> TransferFailure {
    switch error {
    case let failure as TransferFailure: failure
    case let error as WireError: .malformed(error.description)
    case is CancellationError: .cancelled
    default: .reset(Dialer.reason(error))
    }
  }
}
