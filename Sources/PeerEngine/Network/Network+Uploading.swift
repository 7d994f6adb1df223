import NIOCore
import PeerCore

/// The files that are sent, to those that ask and to those that do not.
extension Network {
  /// Sends a file to a peer that has not asked for it, on a connection of its own.
  func replicate(_ upload: UploadID, to endpoint: Endpoint, _ entry: FileEntry, _ copy: LocalCopy) {
    start(on: executor) { [self] in
      do {
        let channel = try await dialer.connect(to: endpoint)
        let watchdog = Watchdog(channel.channel, limits: limits)
        defer { watchdog.stop() }
        try await channel.executeThenClose { inbound, _ in
          await self.upload(
            upload, GetFile(file: entry.id), entry, copy, on: channel.channel, watchdog)
          try await channel.channel.close(mode: .output)
          // The other side closes first: to close with bytes of its unread would reset the connection, and lose the end
          // of the file.
          watchdog.waitForByte()
          for try await _ in inbound {}
        }
      } catch {
        // If the upload has ended before, the core has forgotten it and takes no notice.
        delegate.tell(.uploadEnded(upload, .of(error)))
      }
    }
  }

  /// Writes a file, or a part of it, to a connection, and tells the core what became of it. If that fails, the
  /// connection is closed, as nothing else can follow on it.
  func upload(
    _ id: UploadID, _ request: GetFile, _ entry: FileEntry, _ copy: LocalCopy, on channel: any Channel,
    _ watchdog: Watchdog
  ) async {
    var failure: TransferFailure?
    do {
      // It may have been cancelled while it waited for the connection.
      guard uploads.begin(id, on: channel) else { throw TransferFailure.cancelled }
      try await write(id, request, entry, copy, to: channel, watchdog)
    } catch {
      failure = watchdog.verdict == nil ? .of(error) : .tooSlow
      channel.close(promise: nil)
    }
    if uploads.end(id) { failure = .cancelled }
    await delegate.deliver(.uploadEnded(id, failure))
  }

  private func write(
    _ id: UploadID, _ request: GetFile, _ entry: FileEntry, _ copy: LocalCopy, to channel: any Channel,
    _ watchdog: Watchdog
  ) async throws {
    let file = try delegate.open(copy)
    let sender = FileSender(channel: channel, watchdog: watchdog, limits: limits, rateLimit: uploadLimit)
    let progress = { [delegate] in await delegate.deliver(.uploadProgress(id, bytes: $0)) }
    let part = request.acceptsRaw ? request.part(ofSize: file.size) : nil
    // The reading of accepted connections must not wait for the disk, so this goes to the threads of transfers. For a
    // small part, to wake one of them would cost more than what is done on it.
    let isSmall = part.map { $0.length <= coreLimits.smallFile } ?? false
    try await withTaskExecutorPreference(isSmall ? nil : executor) {
      if let part {
        try await sender.sendRaw(entry, file, part, progress: progress)
      } else {
        try await sender.sendHex(entry, file, progress: progress)
      }
    }
  }

  /// Ends an upload. Its outcome is `.cancelled`.
  func cancelUpload(_ id: UploadID) { uploads.cancel(id) }
}
