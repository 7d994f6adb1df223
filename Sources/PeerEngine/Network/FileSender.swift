import NIOCore
import NIOPosix
import PeerCore

/// Writes one FILE_DATA: the metadata, the file in pieces of bounded size, as hex or raw, and the end of the message
/// (PROTOCOL.md, "What our peer sends" and "Extension"). At most one piece is in memory at a time. Raw pieces never
/// are: the kernel sends them from its page cache.
struct FileSender {
  let channel: any Channel
  let watchdog: Watchdog
  let limits: NetworkLimits
  let rateLimit: RateLimit

  /// Sends a whole file as hex.
  ///
  /// - Parameter progress: called now and then with the number of the file's bytes that were written.
  /// - Throws: `TransferFailure` of the disk, or an error of the connection.
  func sendHex(
    _ entry: FileEntry, _ file: any OutgoingFile, progress: (UInt64) async -> Void
  ) async throws {
    var entry = entry
    entry.sizeBytes = file.size
    var pacer = ProgressPacer()
    try await write(.byteBuffer(channel.allocator.buffer(bytes: MessageEncoder.fileDataStart(entry))))
    // The metadata has a buffer of its own. Together with it, a piece would not fit into this one, and the allocator
    // would double it.
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

  /// Encodes the next bytes of a file straight into the buffer that will be sent.
  ///
  /// - Returns: how many bytes of the file these are; 0 if there are none where some should be.
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

  /// Sends a part of a file raw.
  ///
  /// - Parameter progress: called now and then with the number of the part's bytes that were written.
  /// - Throws: `TransferFailure` of the disk, or an error of the connection.
  func sendRaw(
    _ entry: FileEntry, _ file: any OutgoingFile, _ part: RawPart, progress: (UInt64) async -> Void
  ) async throws {
    var entry = entry
    entry.sizeBytes = file.size
    let message = channel.allocator.buffer(bytes: MessageEncoder.fileData(entry, raw: part))
    // If bytes follow, the message leaves together with the first of them.
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
      // While this piece is being sent, the disk can read the next one.
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

  /// Waits until the socket has taken the data. Only this wait counts against a slow reader, not the disk's and not the
  /// rate limit's.
  private func write(_ data: IOData) async throws {
    watchdog.waitForWrite()
    switch data {
    case .byteBuffer(let buffer): try await channel.writeAndFlush(buffer)
    case .fileRegion(let region): try await channel.writeAndFlush(region)
    }
    watchdog.work()
  }
}

/// How many raw bytes are written at once: about as many as the reader takes within 10 to 40 ms. A fast reader then
/// costs few calls, a slow one is seen to make progress, and no transfer holds up the others of its event loop for
/// long.
private struct PieceSize {
  let least: Int
  let largest: Int
  private(set) var bytes: Int

  init(least: Int, largest: Int) {
    self.least = least
    self.largest = largest
    bytes = least
  }

  /// Adapts the size to the time that the last piece took.
  mutating func note(_ time: Duration) {
    if time < .milliseconds(10) { bytes = min(largest, 2 * bytes) }
    if time > .milliseconds(40) { bytes = max(least, bytes / 2) }
  }
}
