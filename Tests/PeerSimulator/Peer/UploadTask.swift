import PeerCore

/// Writes a file, or a part of it, to a connection: what the engine's `FileSender` does.
final class UploadTask: ConnectionEnd {
  private static let chunk = 16 * 1024
  /// Bytes that a socket takes before it makes its writer wait.
  private static let window = 256 * 1024

  private unowned let process: PeerProcess
  private let id: UploadID
  private(set) var connection: Connection?
  private let side: Connection.Side
  private var rest: ArraySlice<UInt8> = []
  private var isRaw = false
  private var written: UInt64 = 0
  private let timer: IdleTimer
  private var isOver = false
  private let over: (_ isWhole: Bool) -> Void

  /// An answer on a connection that was accepted.
  init(
    _ process: PeerProcess, _ id: UploadID, _ request: GetFile, _ entry: FileEntry, _ copy: LocalCopy,
    on connection: Connection, over: @escaping (_ isWhole: Bool) -> Void
  ) {
    self.process = process
    self.id = id
    self.connection = connection
    side = .listener
    self.over = over
    timer = IdleTimer(process.world)
    process.later { [self] _ in begin(request, entry, copy) }
  }

  /// A file that nobody asked for.
  init(
    _ process: PeerProcess, _ id: UploadID, replicating entry: FileEntry, _ copy: LocalCopy,
    to endpoint: Endpoint
  ) {
    self.process = process
    self.id = id
    side = .dialer
    over = { _ in }
    timer = IdleTimer(process.world)
    process.dial(endpoint, for: self, unless: self.isOver) { [self] connection in
      self.connection = connection
      begin(GetFile(file: entry.id), entry, copy)
    } failed: { [self] why in
      fail(.unreachable(why))
    }
  }

  private func begin(_ request: GetFile, _ entry: FileEntry, _ copy: LocalCopy) {
    guard !isOver, process.isAlive else { return }
    guard let bytes = process.store.read(copy) else { return fail(.disk("it cannot be read")) }
    var entry = entry
    entry.sizeBytes = UInt64(bytes.count)
    if request.acceptsRaw, let part = request.part(ofSize: UInt64(bytes.count)) {
      isRaw = true
      rest = bytes[Int(part.offset)..<Int(part.range.upperBound)]
      connection?.write(MessageEncoder.fileData(entry, raw: part), from: side)
    } else {
      rest = bytes[...]
      connection?.write(MessageEncoder.fileDataStart(entry), from: side)
    }
    process.watch.served(process, entry, bytes)
    next()
  }

  private func next() {
    guard !isOver, process.isAlive, let connection else { return }
    guard connection.underWay(from: side) < Self.window else {
      return process.world.schedule.after(50) { [weak self] in self?.next() }
    }
    timer.wait(IdleTimer.write) { [weak self] in self?.fail(.tooSlow) }
    let piece = rest.prefix(Self.chunk)
    rest = rest.dropFirst(Self.chunk)
    connection.write(isRaw ? Array(piece) : Content.hex(piece), from: side)
    written += UInt64(piece.count)
    guard !rest.isEmpty else { return finish() }
    process.handle(.uploadProgress(id, bytes: written))
    process.world.schedule.after(Int64(process.world.pick(1...20))) { [weak self] in self?.next() }
  }

  private func finish() {
    guard !isOver else { return }
    if !isRaw { connection?.write(MessageEncoder.fileDataEnd, from: side) }
    if side == .dialer { connection?.close(from: .dialer) }
    settle(nil)
    over(true)
  }

  func fail(_ failure: TransferFailure) {
    guard !isOver else { return }
    if side == .dialer { connection?.abandon(from: .dialer) }
    settle(failure)
    over(false)
  }

  private func settle(_ failure: TransferFailure?) {
    isOver = true
    timer.stop()
    process.uploads[id] = nil
    process.tell(.uploadEnded(id, failure))
  }

  func abandon(_ silently: Bool) {
    isOver = true
    timer.stop()
    if side == .dialer { connection?.abandon(from: .dialer, silently: silently) }
  }

  func received(_ bytes: [UInt8]) {}
  func ended() {}
  func broke(_ why: String) { fail(.reset(why)) }
}
