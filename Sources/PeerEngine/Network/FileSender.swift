import NIOCore
import NIOPosix
import PeerCore

/// Writes one FILE_DATA: metadata, the file as hex or raw in bounded pieces, the end (PROTOCOL.md, "What our
/// peer sends" and "Extension"). Never more than one piece is in memory; raw pieces never are.
struct FileSender {
  let channel: any Channel
  let watchdog: Watchdog
  let limits: NetworkLimits
  let rateLimit: RateLimit

  /// - Parameter progress: told the bytes of the file that were written, now and then.
  /// - Throws: `TransferFailure`.
  func sendHex(
    _ entry: FileEntry, _ file: any OutgoingFile, progress: (UInt64) async -> Void
  ) async throws {
    var entry = entry
    entry.sizeBytes = file.size
    var pacer = ProgressPacer()
    try await write(.byteBuffer(channel.allocator.buffer(bytes: MessageEncoder.fileDataStart(entry))))
    // Of its own size: beside the metadata, the allocator would double it.
    var buffer = channel.allocator.buffer(capacity: 2 * limits.chunk)
    var offset: UInt64 = 0
    while offset < file.size {
      try Task.checkCancellation()
      let count = try appendHex(
        of: file, at: offset, atMost: rateLimit.piece(atMost: limits.chunk), to: &buffer)
      guard count > 0 else {
        throw TransferFailure.disk("\(entry.id.short) became shorter while it was sent")
      }
      offset += UInt64(count)
      try await rateLimit.take(count)
      try await write(.byteBuffer(buffer))
      buffer.clear()
      if pacer.isDue { await progress(offset) }
    }
    buffer.writeBytes(MessageEncoder.fileDataEnd)
    try await write(.byteBuffer(buffer))
  }

  private func appendHex(
    of file: any OutgoingFile, at offset: UInt64, atMost piece: Int, to buffer: inout ByteBuffer
  ) throws -> Int {
    let wanted = Int(min(UInt64(piece), file.size - offset))
    return try withUnsafeTemporaryAllocation(byteCount: wanted, alignment: 64) { bytes in
      let count = try file.read(at: offset, into: bytes)
      let read = UnsafeRawBufferPointer(rebasing: bytes[..<count])
      buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 2 * count) { output in
        HexEncoder.encode(read, into: output)
        return 2 * count
      }
      return count
    }
  }

  /// The kernel sends the bytes from its page cache.
  func sendRaw(
    _ entry: FileEntry, _ file: any OutgoingFile, _ part: RawPart, progress: (UInt64) async -> Void
  ) async throws {
    var entry = entry
    entry.sizeBytes = file.size
    let message = channel.allocator.buffer(bytes: MessageEncoder.fileData(entry, raw: part))
    // With bytes to follow, it leaves with the first of them.
    if part.length == 0 {
      try await write(.byteBuffer(message))
    } else {
      channel.write(message, promise: nil)
    }
    let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: try file.duplicateDescriptor())
    defer { try? handle.close() }
    var pacer = ProgressPacer()
    var pieces = PieceSize(least: limits.chunk, largest: limits.largestPiece)
    var offset = part.offset
    while offset < part.range.upperBound {
      try Task.checkCancellation()
      let count = min(UInt64(rateLimit.piece(atMost: pieces.bytes)), part.range.upperBound - offset)
      file.beginReading(offset..<min(offset + 2 * count, part.range.upperBound))
      try await rateLimit.take(Int(count))
      let region = FileRegion(
        fileHandle: handle, readerIndex: Int(offset), endIndex: Int(offset + count))
      let start = ContinuousClock.now
      try await write(.fileRegion(region))
      pieces.note(ContinuousClock.now - start)
      offset += count
      if pacer.isDue { await progress(offset - part.offset) }
    }
  }

  private func write(_ data: IOData) async throws {
    watchdog.waitForWrite()
    switch data {
    case .byteBuffer(let buffer): try await channel.writeAndFlush(buffer)
    case .fileRegion(let region): try await channel.writeAndFlush(region)
    }
    watchdog.work()
  }
}

/// How much is worth writing at once: as much as the reader takes in a moment, so that a fast one costs few
/// calls, a slow one is seen to move, and one of many holds up the event loop's others for little.
private struct PieceSize {
  let least: Int
  let largest: Int
  private(set) var bytes: Int

  init(least: Int, largest: Int) {
    self.least = least
    self.largest = largest
    bytes = least
  }

  mutating func note(_ time: Duration) {
    if time < .milliseconds(10) { bytes = min(largest, 2 * bytes) }
    if time > .milliseconds(40) { bytes = max(least, bytes / 2) }
  }
}

/// Says twenty times a second that progress should be told.
struct ProgressPacer {
  private var last = ContinuousClock.now
  private static let interval = Duration.milliseconds(50)

  var isDue: Bool {
    mutating get {
      let now = ContinuousClock.now
      guard now - last >= Self.interval else { return false }
      last = now
      return true
    }
  }
}
