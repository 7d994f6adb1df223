/// Downloads: the queue, the choice of holders, fail-over, retry, verification (PROTOCOL.md, "Transfers").
extension PeerState {
  // MARK: Queue

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
    lastTransferNumber += 1
    downloads[id] = Download(number: lastTransferNumber, file: id)
    catalogue.setFetch(id, .wanted)
    return nil
  }

  /// Why a file that has more than `fileAllowance` bytes is not taken.
  var sizeFailure: TransferFailure {
    fileAllowance == settings.maxFileSize
      ? .tooLarge(limit: settings.maxFileSize) : .quota(limit: settings.quota ?? 0)
  }

  /// Paused or waiting for its next round: it is tried now, at every holder.
  mutating func resumeDownload(_ id: FileID) -> String? {
    guard let download = downloads[id] else { return "that file is not being fetched" }
    guard !download.isRunning else { return nil }
    change(id) {
      $0.state = .queued
      $0.failed = []
      $0.rounds = 0
    }
    return nil
  }

  mutating func pauseDownload(_ id: FileID) -> String? {
    guard let download = downloads[id] else { return "that file is not being fetched" }
    if case .keeping = download.state { return "that file is complete, it is being put into files/" }
    if let attempt = download.attempt { effects.append(.cancelFetch(attempt)) }
    change(id) {
      $0.state = .paused
      $0.bytes = 0
    }
    return nil
  }

  @discardableResult
  mutating func cancelDownload(_ id: FileID, why: String) -> Bool {
    guard let download = downloads[id] else { return false }
    if let attempt = download.attempt { effects.append(.cancelFetch(attempt)) }
    downloads[id] = nil
    catalogue.setFetch(id, .idle)
    log(.info, "the download of \(named(id)) ended: \(why)")
    return true
  }

  private mutating func change(_ id: FileID, _ change: (inout Download) -> Void) {
    guard let index = downloads.index(forKey: id) else { return }
    change(&downloads.values[index])
  }

  private func named(_ id: FileID) -> String { catalogue[id].map { named($0.entry) } ?? id.short }

  // MARK: Starting

  mutating func startDownloads() {
    guard downloads.values.contains(where: { $0.state == .queued }) else { return }
    var free = settings.downloads - downloads.values.count(where: \.isRunning)
    guard free > 0 else { return }
    for id in Array(downloads.keys) where free > 0 && downloads[id]?.state == .queued {
      if startDownload(id) { free -= 1 }
    }
  }

  /// - Returns: whether it runs now.
  private mutating func startDownload(_ id: FileID) -> Bool {
    guard let download = downloads[id], let record = catalogue[id] else { return false }
    let left = record.holders.filter { !download.failed.contains($0) }
    guard let peer = chooseHolder(among: left) else {
      if !record.holders.isEmpty { endRound(id) }
      return false
    }
    lastTransferNumber += 1
    let attempt = AttemptID(lastTransferNumber)
    let uptime = now.uptime
    change(id) {
      $0.state = .fetching(attempt, from: peer.handle)
      $0.tries += 1
      $0.peer = peer.id.text
      $0.bytes = 0
      $0.total = record.entry.sizeBytes
      $0.meter = RateMeter(at: uptime)
    }
    log(.info, "fetching \(named(record.entry)) from \(quoted(peer.id.text)) at \(peer.endpoint)")
    effects.append(
      .fetch(
        Effect.Fetch(attempt: attempt, entry: record.entry, holder: peer.endpoint, limit: fileAllowance)))
    return true
  }

  /// The holder that serves fewest of our downloads; of these one that failed least; of these any.
  private mutating func chooseHolder(among handles: [PeerHandle]) -> TrackedPeer? {
    let busy = downloads.values.compactMap(\.holder)
    let peers = handles.compactMap { membership[$0] }
    func cost(_ peer: TrackedPeer) -> (Int, Int) { (busy.count { $0 == peer.handle }, peer.failures) }
    guard let least = peers.map(cost).min(by: <) else { return nil }
    return peers.filter { cost($0) == least }.randomElement(using: &random)
  }

  private mutating func endRound(_ id: FileID) {
    guard var download = downloads[id] else { return }
    download.rounds += 1
    download.failed = []
    guard download.rounds < limits.downloadRounds else { return giveUp(download) }
    let wait = download.backOff(limits)
    download.state = .waiting(until: now.uptime + wait)
    downloads[id] = download
    log(.warning, "every holder of \(named(id)) failed; next try in \(wait / 1000) s")
  }

  private mutating func giveUp(_ download: Download) {
    var view = download.view(name: catalogue[download.file]?.entry.name ?? "")
    view.state = .failed
    view.ended = now.uptime
    remember(view)
    downloads[download.file] = nil
    catalogue.setFetch(download.file, .failed)
    log(.error, "\(named(download.file)) could not be fetched: \(download.error ?? "no holder")")
  }

  mutating func wakeDownloads() {
    for (id, download) in downloads {
      if case .waiting(let until) = download.state, now.uptime >= until {
        change(id) { $0.state = .queued }
      }
    }
  }

  // MARK: Fetching

  private func download(of attempt: AttemptID) -> Download? {
    downloads.values.first { $0.attempt == attempt }
  }

  mutating func noteProgress(_ attempt: AttemptID, _ bytes: UInt64, _ total: UInt64?) {
    guard let download = download(of: attempt) else { return }
    let uptime = now.uptime
    change(download.file) {
      $0.bytes = bytes
      if let total { $0.total = total }
      $0.meter.record(bytes, at: uptime)
    }
  }

  mutating func failAttempt(_ attempt: AttemptID, _ failure: TransferFailure) {
    guard let download = download(of: attempt), let holder = download.holder else { return }
    let who = quoted(download.peer ?? "?")
    if case .tooLarge = failure, fileAllowance < settings.maxFileSize {
      return park(download, sizeFailure)
    }
    switch failure.fault {
    case .peer:
      log(.warning, "\(who) failed to give \(named(download.file)): \(failure)")
      membership.update(holder) { $0.failures += 1 }
      change(download.file) {
        $0.state = .queued
        $0.failed.insert(holder)
        $0.error = "\(who) \(failure)"
      }
    case .us, .disk: park(download, failure)
    }
  }

  /// No other holder could help: the download waits until it is resumed.
  mutating func park(_ download: Download, _ failure: TransferFailure) {
    log(.error, "the download of \(named(download.file)) is paused: \(failure)")
    change(download.file) {
      $0.state = .paused
      $0.bytes = 0
      $0.error = failure.description
    }
  }

  mutating func takeFetched(_ attempt: AttemptID, _ file: ReceivedFile) {
    guard let download = download(of: attempt), let record = catalogue[download.file] else {
      effects.append(.discard(file.arrival))
      return
    }
    bytesReceived += file.size
    guard file.verifies(download.file) else {
      effects.append(.discard(file.arrival))
      return failAttempt(attempt, .mismatch)
    }
    if let holder = download.holder { membership.update(holder) { $0.failures = 0 } }
    if let pushed = keeping.first(where: { $0.value.id == download.file })?.key {
      // It was pushed meanwhile. Kept twice, it would lie in files/ under two names.
      effects.append(.discard(file.arrival))
      return change(download.file) { $0.state = .keeping(pushed) }
    }
    guard file.size <= fileAllowance else {
      effects.append(.discard(file.arrival))
      return park(download, sizeFailure)
    }
    change(download.file) {
      $0.state = .keeping(file.arrival)
      $0.bytes = file.size
      $0.total = file.size
    }
    keep(file, verified(record.entry, filledFrom: file), firstSeen: record.firstSeen)
  }
}
