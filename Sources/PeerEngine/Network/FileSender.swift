import NIOCore
import PeerCore

/// Writes one FILE_DATA: metadata, the file as hex in bounded pieces, the end (PROTOCOL.md, "What our peer
/// sends"). Never more than one piece is in memory.
struct FileSender {
  let channel: any Channel
  let watchdog: Watchdog
  let limits: NetworkLimits
  let rateLimit: RateLimit?

  /// - Parameter progress: told the bytes of the file that were written, now and then.
  /// - Throws: `TransferFailure`.
  func send(
    _ entry: FileEntry, _ file: any OutgoingFile, progress: (UInt64) async -> Void
  ) async throws {
    var entry = entry
    entry.sizeBytes = file.size
    var pacer = ProgressPacer()
    var buffer = channel.allocator.buffer(bytes: MessageEncoder.fileDataStart(entry))
    var offset: UInt64 = 0
    while offset < file.size {
      try Task.checkCancellation()
      let piece = rateLimit?.piece(atMost: limits.chunk) ?? limits.chunk
      let count = try appendHex(of: file, at: offset, atMost: piece, to: &buffer)
      guard count > 0 else {
        throw TransferFailure.disk("\(entry.id.short) became shorter while it was sent")
      }
      offset += UInt64(count)
      try await rateLimit?.take(count)
      try await write(buffer)
      buffer.clear()
      if pacer.isDue { await progress(offset) }
    }
    buffer.writeBytes(MessageEncoder.fileDataEnd)
    try await write(buffer)
  }

  private func appendHex(
    of file: any OutgoingFile, at offset: UInt64, atMost piece: Int, to buffer: inout ByteBuffer
  ) throws -> Int {
    let wanted = Int(min(UInt64(piece), file.size - offset))
    return try withUnsafeTemporaryAllocation(byteCount: wanted, alignment: 16) { bytes in
      let count = try file.read(at: offset, into: bytes)
      let read = UnsafeRawBufferPointer(rebasing: bytes[..<count])
      buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 2 * count) { output in
        HexEncoder.encode(read, into: output)
        return 2 * count
      }
      return count
    }
  }

  private func write(_ buffer: ByteBuffer) async throws {
    watchdog.waitForWrite()
    try await channel.writeAndFlush(buffer)
    watchdog.work()
  }
}

/// Says ten times a second that progress should be told.
struct ProgressPacer {
  private var last = ContinuousClock.now
  private static let interval = Duration.milliseconds(100)

  var isDue: Bool {
    mutating get {
      let now = ContinuousClock.now
      guard now - last >= Self.interval else { return false }
      last = now
      return true
    }
  }
}
