/// The queue of downloads: which files are wanted, in which order, and which are paused (PROTOCOL.md, "Transfers").
/// When they begin is in DownloadSchedule.swift.
extension PeerState {
  // MARK: Entering and leaving

  /// Puts a file at the end of the queue. If it is in the queue already, it is resumed.
  ///
  /// - Returns: why the file can't be fetched, if it can't.
  mutating func enqueueDownload(_ id: FileID) -> String? {
    guard let record = catalogue[id] else { return "no such file" }
    guard record.copy == nil else { return "\(named(record.entry)) is here already" }
    if downloads[id] != nil { return resumeDownload(id) }
    guard downloads.count < limits.queuedDownloads else {
      return "\(limits.queuedDownloads) downloads are waiting already; cancel some first"
    }
    guard record.entry.sizeBytes ?? 0 <= fileAllowance else {
      return "\(named(record.entry)) is \(sizeFailure)"
    }
    forgetEnded(id)
    insertDownload(WantedFile(id: id, rank: downloads.nextRank), mayHaveBytes: record.fetch == .failed)
    rememberWanted(id)
    if let pushed = keeping.first(where: { $0.value.id == id })?.key { absorbDownload(id, by: pushed) }
    return nil
  }

  /// Puts the files into the queue that were wanted before the last stop, in the order that they had.
  mutating func restoreQueue(_ wanted: [WantedFile]) {
    for file in wanted {
      guard let record = catalogue[file.id], record.copy == nil else {
        persist([.unwant(file.id)])
        continue
      }
      insertDownload(file, mayHaveBytes: true)
    }
  }

  private mutating func insertDownload(_ wanted: WantedFile, mayHaveBytes: Bool) {
    lastTransferNumber += 1
    var download = Download(
      number: lastTransferNumber, file: wanted.id, rank: wanted.rank, mayHaveBytes: mayHaveBytes)
    download.priority = wanted.priority
    // Anybody may have listed the file with a size that does not fit. That size is ignored, until a holder says it too.
    download.size = catalogue[wanted.id]?.entry.sizeBytes.flatMap { $0 <= fileAllowance ? $0 : nil }
    if wanted.isPaused { download.state = .paused }
    downloads.insert(download)
    catalogue.setFetch(wanted.id, .wanted)
    isSchedulingDue = true
  }

  /// Has the download's place in the queue survive a restart.
  private mutating func rememberWanted(_ id: FileID) {
    if let download = downloads[id] { persist([.want(download.wanted)]) }
  }

  /// Takes a file out of the queue, and throws away what is here of it.
  ///
  /// - Returns: false if it was not there.
  @discardableResult
  mutating func cancelDownload(_ id: FileID, why: String) -> Bool {
    guard downloads[id] != nil else { return false }
    endAttempts(of: id)
    downloads.remove(id)
    persist([.unwant(id)])
    effects.append(.abandon(id))
    catalogue.setFetch(id, .idle)
    log(.info, "the download of \(named(id)) ended: \(why)")
    return true
  }

  // MARK: Pausing

  /// Puts a download that is paused, or waits for its next round, among those that may begin. Every holder is asked
  /// anew.
  ///
  /// - Returns: why it can't be resumed, if it can't.
  mutating func resumeDownload(_ id: FileID) -> String? {
    guard let download = downloads[id] else { return "that file is not being fetched" }
    guard download.standing != .running, download.standing != .ending else { return nil }
    change(id) {
      $0.state = .queued
      $0.failed = []
      $0.rounds = 0
    }
    if download.state == .paused { rememberWanted(id) }
    return nil
  }

  /// Pauses a download. What is here of it stays, and is not fetched again.
  ///
  /// - Returns: why it can't be paused, if it can't.
  mutating func pauseDownload(_ id: FileID) -> String? {
    guard let download = downloads[id] else { return "that file is not being fetched" }
    if download.standing == .ending { return "that file is complete, it is being put into files/" }
    guard download.state != .paused else { return nil }
    stop(id, as: .paused)
    rememberWanted(id)
    return nil
  }

  /// Pauses a download after a failure of this peer, such as a full disk, for which no other holder could make up.
  mutating func park(_ id: FileID, _ failure: TransferFailure) {
    log(.error, "the download of \(named(id)) is paused: \(failure)")
    stop(id, as: .paused)
    change(id) { $0.error = failure.description }
    rememberWanted(id)
  }

  /// Ends all that runs for a download.
  private mutating func stop(_ id: FileID, as state: Download.State) {
    endAttempts(of: id)
    change(id) { $0.state = state }
    effects.append(.park(id))
  }

  /// Ends all attempts of a download. Their bytes up to now are counted. Bytes that are still written before the
  /// connections end are found when the file is opened again.
  mutating func endAttempts(of id: FileID) {
    for attempt in downloads[id].map({ Array($0.attempts.keys) }) ?? [] { endAttempt(attempt, cancel: true) }
    if let search = downloads[id]?.blocks.attempt {
      attempts[search.id] = nil
      effects.append(.cancelFetch(search.id))
      change(id) { $0.blocks.attempt = nil }
    }
  }

  // MARK: Order

  /// Moves a download among those of the same priority.
  ///
  /// - Returns: why it can't be moved, if it can't.
  mutating func moveDownload(_ id: FileID, _ move: QueueMove) -> String? {
    guard let download = downloads[id] else { return "that file is not being fetched" }
    let others = downloads.order.filter { downloads[$0]?.priority == download.priority }
    guard let place = others.firstIndex(of: id) else { return nil }
    var order = others
    order.remove(at: place)
    switch move {
    case .first: order.insert(id, at: 0)
    case .up: order.insert(id, at: max(0, place - 1))
    case .down: order.insert(id, at: min(order.count, place + 1))
    case .last: order.append(id)
    }
    // The same ranks are dealt out in the new order, so that only downloads that change places are written anew.
    let ranks = others.compactMap { downloads[$0]?.rank }
    var changes: [CatalogueChange] = []
    for (file, rank) in zip(order, ranks) where downloads[file]?.rank != rank {
      change(file) {
        $0.rank = rank
        changes.append(.want($0.wanted))
      }
    }
    persist(changes)
    return nil
  }

  /// - Returns: why it can't be done, if it can't.
  mutating func prioritise(_ id: FileID, _ priority: TransferPriority) -> String? {
    guard downloads[id] != nil else { return "that file is not being fetched" }
    change(id) { $0.priority = priority }
    rememberWanted(id)
    return nil
  }

  // MARK: Changing

  mutating func change(_ id: FileID, _ change: (inout Download) -> Void) { downloads.update(id, change) }
}
