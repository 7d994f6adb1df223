import PeerCore

/// A connection that another peer has opened: what the engine's `AcceptedConnection` does.
final class AcceptedEnd: ConnectionEnd, FileTaker {
  private unowned let process: PeerProcess
  let id: ConnectionID
  let connection: Connection
  private lazy var reader = WireReader(process.world.limits, self)
  private let timer: IdleTimer
  /// Messages that came while a request was being answered.
  private var waiting: [Message] = []
  private var isAnswering: Message?
  private var isOver = false
  private var otherEnded = false
  private var arriving: [Partial] = []
  /// What the newest of them is said to be, and what the core was told to be on its way.
  private var announced: FileID?
  private var told: FileID?

  init(_ process: PeerProcess, _ id: ConnectionID, _ connection: Connection) {
    self.process = process
    self.id = id
    self.connection = connection
    timer = IdleTimer(process.world)
    awaitByte(IdleTimer.idle)
  }

  private func awaitByte(_ patience: Int64) { timer.wait(patience) { [weak self] in self?.abandon(false) } }

  func abandon(_ silently: Bool) {
    connection.abandon(from: .listener, silently: silently)
    over()
  }

  private func over() {
    timer.stop()
    isOver = true
    for partial in arriving { partial.discard() }
    arriving = []
    endNews()
    process.accepted[id] = nil
    process.uploads.values.first { $0.connection === connection }?.fail(.reset("connection reset"))
  }

  // MARK: Coming in

  func received(_ bytes: [UInt8]) {
    guard !isOver, process.isAlive else { return }
    do {
      waiting += try reader.read(bytes)
    } catch {
      process.world.note(process.machine, .warning, "\(connection.address(of: .dialer)): \(error)")
      takeWaiting()
      return abandon(false)
    }
    if isAnswering == nil { awaitByte(IdleTimer.idle) }
    takeWaiting()
    guard !isOver, process.isAlive, !arriving.isEmpty, told == nil, let announced else { return }
    told = announced
    process.handle(.pushBegan(announced))
  }

  private func endNews() {
    guard let file = told else { return }
    told = nil
    if process.isAlive { process.handle(.pushEnded(file)) }
  }

  func ended() {
    otherEnded = true
    if isAnswering == nil { finish() }
  }

  func broke(_ why: String) { over() }

  private func finish() {
    guard !isOver else { return }
    connection.close(from: .listener)
    over()
  }

  private func takeWaiting() {
    while isAnswering == nil, !isOver, process.isAlive, !waiting.isEmpty { take(waiting.removeFirst()) }
  }

  private func take(_ message: Message) {
    switch message {
    case .getFile, .getBlocks:
      isAnswering = message
      timer.stop()
    case .fileData(let data) where data.hasData:
      guard !arriving.isEmpty else { return }
      let partial = arriving.removeFirst()
      guard !data.isNotFound else { return partial.discard() }
      let file = process.arrive(partial, data, [data.timestamp])
      process.handle(.pushed(file, from: connection.address(of: .dialer)))
      return endNews()
    default: break
    }
    process.handle(.received(message, from: connection.address(of: .dialer), on: id))
  }

  func begin(_ part: RawPart?, of file: FileID?) throws {
    guard part == nil, process.state.pushAllowance != nil else {
      throw TransferFailure.malformed("not asked")
    }
    arriving.append(try process.store.beginPartial())
    announced = file
  }

  func take(_ bytes: [UInt8]) throws {
    guard let partial = arriving.last else { return }
    let limit = process.state.pushAllowance?.file ?? 0
    guard UInt64(partial.bytes.count + bytes.count) <= limit else {
      throw TransferFailure.tooLarge(limit: limit)
    }
    try partial.append(bytes)
  }

  // MARK: Answering

  func serve(_ upload: UploadID, _ request: GetFile, _ entry: FileEntry, _ copy: LocalCopy) {
    process.uploads[upload] = UploadTask(process, upload, request, entry, copy, on: connection) {
      [weak self] isWhole in
      guard let self else { return }
      if isWhole { self.answered(mayAskAgain: request.acceptsRaw) } else { self.abandon(false) }
    }
  }

  func serveBlocks(_ copy: LocalCopy) {
    guard case .getBlocks(let request) = isAnswering else { return }
    let list = process.store.read(copy).flatMap(Content.blockList)
    if let list, let file = request.file {
      connection.write(MessageEncoder.blocks(file, list), from: .listener)
    } else {
      connection.write(MessageEncoder.blocksNotFound, from: .listener)
    }
    process.later { [weak self] _ in self?.answered(mayAskAgain: true) }
  }

  func refuse() {
    var mayAskAgain = true
    switch isAnswering {
    case .getBlocks: connection.write(MessageEncoder.blocksNotFound, from: .listener)
    case .getFile(let request):
      mayAskAgain = request.acceptsRaw
      connection.write(MessageEncoder.fileNotFound, from: .listener)
    default: return
    }
    process.later { [weak self] _ in self?.answered(mayAskAgain: mayAskAgain) }
  }

  private func answered(mayAskAgain: Bool) {
    isAnswering = nil
    guard mayAskAgain, !otherEnded else { return finish() }
    awaitByte(IdleTimer.keepAlive)
    takeWaiting()
  }
}
