/// What becomes of attempts (PROTOCOL.md, "Transfers": a failure tries the next holder).
extension PeerState {
  private func find(_ id: AttemptID) -> (file: FileID, attempt: Download.Attempt)? {
    guard let file = attempts[id], let attempt = downloads[file]?.attempts[id] else { return nil }
    return (file, attempt)
  }

  mutating func noteProgress(_ id: AttemptID, position: UInt64, size: UInt64?) {
    guard let (file, attempt) = find(id) else { return }
    if let size, !accept(size, from: id, of: file) { return }
    let position = min(position, attempt.end ?? .max)
    let uptime = now.uptime
    if position > attempt.position { bytesReceived += position - attempt.position }
    change(file) { download in
      download.attempts[id]?.position = max(attempt.position, position)
      download.attempts[id]?.meter.record(position, at: uptime)
      let bytes = download.bytes
      download.meter.record(bytes, at: uptime)
    }
    if let download = downloads[file] { seekBlockList(download) }
    if let rate = downloads[file]?.attempts[id]?.meter.rate {
      membership.update(attempt.holder) { $0.rate = rate }
    }
  }

  /// A holder says how large the file is. The first one to do so is believed, as long as nothing speaks against it.
  ///
  /// - Returns: whether the size agrees with what is known; if not, the attempt has failed.
  private mutating func accept(_ size: UInt64, from id: AttemptID, of file: FileID) -> Bool {
    guard let download = downloads[file], download.size != size else { return true }
    let others = download.attempts.contains { $0.key != id && $0.value.position > $0.value.start }
    guard download.done.isEmpty, !others else {
      failAttempt(id, .malformed("it says that the file has \(size) bytes, not \(download.size ?? 0)"))
      return false
    }
    guard size <= fileAllowance else {
      failAttempt(id, .tooLarge(limit: fileAllowance))
      return false
    }
    change(file) { $0.size = size }
    return true
  }

  /// Ends an attempt. What has come by it is counted.
  @discardableResult
  mutating func endAttempt(_ id: AttemptID, cancel: Bool = false) -> Download.Attempt? {
    guard let (file, attempt) = find(id) else { return nil }
    attempts[id] = nil
    if cancel { effects.append(.cancelFetch(id)) }
    change(file) {
      $0.attempts[id] = nil
      guard !attempt.received.isEmpty else { return }
      $0.given.append((attempt.received, attempt.holder))
      $0.done.insert(contentsOf: attempt.received)
    }
    return attempt
  }

  /// The whole part of an attempt has come, up to `end`.
  mutating func finishAttempt(_ id: AttemptID, _ data: FileData, end: UInt64) {
    guard let (file, attempt) = find(id) else { return }
    noteProgress(id, position: end, size: data.raw?.size)
    guard let download = downloads[file], find(id) != nil else { return }
    // A whole file in hex tells its size by its end. What a hint has said before may have been wrong.
    let isWhole = data.raw == nil && attempt.start == 0 && download.attempts[id]?.end == nil
    if !isWhole, let expected = download.attempts[id]?.end ?? download.size, end < expected {
      return failAttempt(id, .truncated)
    }
    endAttempt(id)
    membership.update(attempt.holder) { $0.failures = 0 }
    change(file) {
      if !$0.timestamps.contains(data.timestamp) { $0.timestamps.append(data.timestamp) }
      if $0.told == nil { $0.told = data }
      if isWhole { $0.size = end }
    }
    assignHolders(to: file)
  }

  mutating func failAttempt(_ id: AttemptID, _ failure: TransferFailure) {
    if failBlockSearch(id, failure) { return }
    guard let (file, attempt) = find(id) else { return }
    let who = quoted(attempt.peer)
    switch failure {
    case .wrongBlock(let block) where contradictsList(file, block, attempt.holder):
      dropBlockList(of: file)
      endAttempt(id, cancel: true)
      return
    case .wrongBlock(let block): change(file) { $0.blocks.wrong[block] = attempt.holder }
    default: break
    }
    endAttempt(id, cancel: true)
    if case .tooLarge = failure, fileAllowance < settings.maxFileSize { return park(file, sizeFailure) }
    switch failure.fault {
    case .peer:
      log(.warning, "\(who) failed to give \(named(file)): \(failure)")
      membership.update(attempt.holder) {
        $0.failures += 1
        // It may be that somebody else has told in its name what it can do.
        if attempt.received.isEmpty, failure.mayBeMisunderstanding { $0.distrustsFeatures = true }
      }
      change(file) {
        $0.failed.insert(attempt.holder)
        $0.error = "\(who) \(failure)"
      }
    case .us, .disk: park(file, failure)
    }
  }
}
