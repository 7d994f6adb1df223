import PeerCore

/// A question to a holder, and its answer: what the engine's `HolderSession` does, without keeping connections.
class Exchange: ConnectionEnd {
  unowned let process: PeerProcess
  let attempt: AttemptID
  let timer: IdleTimer
  private(set) var connection: Connection?
  private(set) var isOver = false

  init(_ process: PeerProcess, _ attempt: AttemptID, at holder: Endpoint) {
    self.process = process
    self.attempt = attempt
    timer = IdleTimer(process.world)
    process.dial(holder, for: self, unless: self.isOver) { [self] connection in
      self.connection = connection
      ask(on: connection)
    } failed: { [self] why in
      fail(.unreachable(why))
    }
  }

  func ask(on connection: Connection) {}
  func received(_ bytes: [UInt8]) {}
  func ended() {}
  func broke(_ why: String) { fail(.reset(why)) }

  func awaitByte(_ patience: Int64 = IdleTimer.idle) {
    timer.wait(patience) { [weak self] in self?.fail(.stalled(seconds: Int(IdleTimer.idle / 1_000))) }
  }

  func end(with event: Event, keepsConnection: Bool = false) {
    guard !isOver else { return }
    isOver = true
    timer.stop()
    process.fetches[attempt] = nil
    if keepsConnection { connection?.close(from: .dialer) } else { connection?.abandon(from: .dialer) }
    process.tell(event)
  }

  func fail(_ failure: TransferFailure) { end(with: .fetchFailed(attempt, failure)) }

  func fail(_ error: any Error) {
    switch error {
    case let failure as TransferFailure: fail(failure)
    case let error as WireError: fail(.malformed(error.description))
    default: fail(.reset("\(error)"))
    }
  }

  /// Nobody waits for the answer any longer.
  func abandon(_ silently: Bool) {
    isOver = true
    timer.stop()
    connection?.abandon(from: .dialer, silently: silently)
  }
}

/// Asks for a part of a file: what the engine's `Fetcher` and `FetchReceiver` do.
final class FetchExchange: Exchange, FileTaker {
  let fetch: Effect.Fetch
  private let target: RunningDownload
  private lazy var reader = WireReader(process.world.limits, self)
  private var end: UInt64?
  var blocks: BlockList?
  /// The position of the next byte that comes.
  private var offset: UInt64 = 0
  private var position: UInt64
  private var written: UInt64
  private var checking: (block: Int, list: BlockList, bytes: [UInt8])?
  private var hasBegun = false
  private var hasAnswered = false
  private var size: UInt64?
  private var data: FileData?
  private var lastTold: Int64 = 0

  init(_ process: PeerProcess, _ fetch: Effect.Fetch, into target: RunningDownload) {
    self.fetch = fetch
    self.target = target
    end = fetch.end
    blocks = fetch.blocks
    position = fetch.start
    written = fetch.start
    super.init(process, fetch.attempt, at: fetch.holder)
  }

  private var usesExtension: Bool { fetch.features.contains(.raw) }

  func shorten(to new: UInt64) { end = min(end ?? .max, new) }

  override func ask(on connection: Connection) {
    if usesExtension {
      let start = fetch.features.contains(.range) ? fetch.start : 0
      let end = fetch.features.contains(.range) ? end : nil
      connection.write(
        MessageEncoder.getFile(fetch.entry.id, rawFrom: start, length: end.map { $0 - min(start, $0) }),
        from: .dialer)
    } else {
      connection.write(MessageEncoder.getFile(fetch.entry.id), from: .dialer)
      connection.end(from: .dialer)
    }
    awaitByte()
  }

  override func received(_ bytes: [UInt8]) {
    guard !isOver, process.isAlive else { return }
    hasAnswered = true
    do {
      for message in try reader.read(bytes) {
        guard case .fileData(let data) = message else {
          throw TransferFailure.malformed("it answered with \(message.typeName)")
        }
        if data.isNotFound { throw TransferFailure.notHeld }
        self.data = data
      }
    } catch {
      tellProgress()
      return fail(error)
    }
    if let data, reader.isBetweenMessages {
      return end(with: .fetched(attempt, data, end: position), keepsConnection: true)
    }
    if end.map({ position >= $0 }) ?? false, hasBegun {
      let told = data ?? FileData(id: fetch.entry.id, timestamp: fetch.entry.timestamp, hasData: true)
      return end(with: .fetched(attempt, told, end: position))
    }
    if process.world.schedule.now - lastTold >= 50 { tellProgress() }
    if !isOver { awaitByte() }
  }

  override func ended() { fail(hasAnswered ? .truncated : .closedWithoutAnswer) }

  override func broke(_ why: String) {
    if hasBegun { tellProgress() }
    fail(.reset(why))
  }

  private func tellProgress() {
    guard !isOver, process.isAlive else { return }
    lastTold = process.world.schedule.now
    process.handle(.fetchProgress(attempt, position: position, size: size))
  }

  // MARK: Bytes

  func begin(_ part: RawPart?, of file: FileID?) throws {
    hasBegun = true
    offset = part?.offset ?? 0
    guard let part else { return }
    let end = min(end ?? part.size, part.size)
    guard part.offset <= fetch.start, part.range.upperBound >= end else {
      throw TransferFailure.malformed("it sent other bytes than were asked for")
    }
    guard part.size <= fetch.limit else { throw TransferFailure.tooLarge(limit: fetch.limit) }
    size = part.size
    try target.partial().expect(size: part.size)
  }

  func take(_ bytes: [UInt8]) throws {
    let start = offset
    offset += UInt64(bytes.count)
    guard offset <= fetch.limit else { throw TransferFailure.tooLarge(limit: fetch.limit) }
    let from = max(start, written)
    let to = min(offset, end ?? .max)
    guard from < to else { return }
    try put(bytes[Int(from - start)..<Int(to - start)], at: from)
  }

  private func put(_ bytes: ArraySlice<UInt8>, at start: UInt64) throws {
    var rest = bytes
    var offset = start
    while !rest.isEmpty {
      if checking == nil, offset % BlockList.blockSize == 0, let list = blocks, offset < list.size {
        checking = (Int(offset / BlockList.blockSize), list, [])
      }
      let left = checking.map { BlockList.range(of: $0.block, size: $0.list.size).upperBound - offset }
      let piece = rest.prefix(Int(min(UInt64(rest.count), left ?? .max)))
      try target.partial().write(piece, at: offset)
      offset += UInt64(piece.count)
      written = offset
      if checking == nil { try confirm() } else { try check(piece) }
      rest = rest.dropFirst(piece.count)
    }
  }

  private func check(_ piece: ArraySlice<UInt8>) throws {
    checking?.bytes += piece
    guard let (block, list, bytes) = checking,
      written == BlockList.range(of: block, size: list.size).upperBound
    else { return }
    checking = nil
    guard Content.id(bytes) == list.hashes[block] else { throw TransferFailure.wrongBlock(block) }
    try confirm()
  }

  private func confirm() throws {
    try target.partial().confirm(position..<written)
    position = written
  }
}

/// Asks for a block list: what the engine's `BlockListFetcher` does.
final class BlocksExchange: Exchange {
  private let file: FileID
  private lazy var reader = WireReader(process.world.limits, nil)

  init(_ process: PeerProcess, _ attempt: AttemptID, _ file: FileID, _ holder: Endpoint) {
    self.file = file
    super.init(process, attempt, at: holder)
  }

  override func ask(on connection: Connection) {
    connection.write(MessageEncoder.getBlocks(file), from: .dialer)
    awaitByte(IdleTimer.hashing)
  }

  override func received(_ bytes: [UInt8]) {
    guard !isOver, process.isAlive else { return }
    do {
      for message in try reader.read(bytes) {
        guard case .blocks(let blocks) = message else {
          throw TransferFailure.malformed("it answered with \(message.typeName)")
        }
        return end(
          with: .blocksFetched(attempt, blocks.file == file ? blocks.list : nil), keepsConnection: true)
      }
    } catch {
      return fail(error)
    }
    awaitByte()
  }

  override func ended() { fail(.closedWithoutAnswer) }
}
