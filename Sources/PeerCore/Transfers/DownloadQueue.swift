/// The queue of downloads: who waits, in which order, and who may begin (PROTOCOL.md, "Transfers").
extension PeerState {
  // MARK: Entering and leaving

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

  /// What was wanted before the last stop goes on, in its order.
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
    // What does not fit has yet to be told by a holder: anybody may have listed the file with that size since.
    download.size = catalogue[wanted.id]?.entry.sizeBytes.flatMap { $0 <= fileAllowance ? $0 : nil }
    if wanted.isPaused { download.state = .paused }
    downloads.insert(download)
    catalogue.setFetch(wanted.id, .wanted)
    isSchedulingDue = true
  }

  private mutating func rememberWanted(_ id: FileID) {
    if let download = downloads[id] { persist([.want(download.wanted)]) }
  }

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

  /// Paused or waiting for its next round: it is tried now, at every holder.
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

  /// What is here of it stays, and is not fetched again.
  mutating func pauseDownload(_ id: FileID) -> String? {
    guard let download = downloads[id] else { return "that file is not being fetched" }
    if download.standing == .ending { return "that file is complete, it is being put into files/" }
    guard download.state != .paused else { return nil }
    stop(id, as: .paused)
    rememberWanted(id)
    return nil
  }

  /// No other holder could help: the download waits until it is resumed.
  mutating func park(_ id: FileID, _ failure: TransferFailure) {
    log(.error, "the download of \(named(id)) is paused: \(failure)")
    stop(id, as: .paused)
    change(id) { $0.error = failure.description }
    rememberWanted(id)
  }

  private mutating func stop(_ id: FileID, as state: Download.State) {
    endAttempts(of: id)
    change(id) { $0.state = state }
    effects.append(.park(id))
  }

  /// Their bytes up to now are counted; what comes later is found again when the file is opened.
  mutating func endAttempts(of id: FileID) {
    for attempt in downloads[id].map({ Array($0.attempts.keys) }) ?? [] { endAttempt(attempt, cancel: true) }
    if let search = downloads[id]?.blocks.attempt {
      attempts[search.id] = nil
      effects.append(.cancelFetch(search.id))
      change(id) { $0.blocks.attempt = nil }
    }
  }

  // MARK: Order

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

  mutating func prioritise(_ id: FileID, _ priority: TransferPriority) -> String? {
    guard downloads[id] != nil else { return "that file is not being fetched" }
    change(id) { $0.priority = priority }
    rememberWanted(id)
    return nil
  }

  // MARK: Beginning

  mutating func startDownloads() {
    guard isSchedulingDue else { return }
    isSchedulingDue = false
    for id in downloads.files(.running) where !isUnderWay(id) { assignHolders(to: id) }
    let waiting = downloads.files(.queued)
    guard !waiting.isEmpty, downloads.files(.ending).count < limits.endingDownloads else { return }
    var places = slotsDown * limits.smallFilesInASlot
    for id in downloads.files(.running) { places -= self.places(of: id) }
    guard places > 0 else { return }
    for id in downloads.order where waiting.contains(id) {
      let needed = self.places(of: id)
      // What comes later in the queue does not overtake.
      if needed > places { return }
      if begin(id) { places -= needed }
    }
  }

  /// Of the `Limits.smallFilesInASlot` places in a slot, those that a download takes.
  private func places(of id: FileID) -> Int {
    downloads.look(at: id) { $0.isSmall(limits) } == true ? 1 : limits.smallFilesInASlot
  }

  /// A small file that was asked for a moment ago: another holder would be no help.
  private func isUnderWay(_ id: FileID) -> Bool {
    downloads.look(at: id) {
      guard $0.isSmall(limits), let attempt = $0.attempts.values.last else { return false }
      return attempt.age(at: now.uptime) < limits.patienceWithLastBlocks / 4
    } ?? false
  }

  /// - Returns: whether it runs now.
  private mutating func begin(_ file: FileID) -> Bool {
    guard let download = downloads[file], let record = catalogue[file], arriving[file] == nil else {
      return false
    }
    let left = record.holders.filter { !download.failed.contains($0) && membership[$0] != nil }
    guard !left.isEmpty else {
      if !record.holders.isEmpty { endRound(download.file) }
      return false
    }
    let uptime = now.uptime
    change(file) {
      $0.state = download.mayHaveBytes ? .opening : .active
      $0.mayHaveBytes = true
      $0.meter = RateMeter(at: uptime)
      $0.began = uptime
    }
    if download.mayHaveBytes { effects.append(.open(file)) } else { assignHolders(to: file) }
    return true
  }

  /// Storage has found what there is of the file.
  mutating func continueDownload(_ id: FileID, size: UInt64?, here: RangeSet<UInt64>) {
    guard let download = downloads[id], download.state == .opening else { return }
    change(id) {
      $0.state = .active
      if let size { $0.size = size }
      // What this run has received is known by giver; the rest is old.
      let known = RangeSet($0.given.map(\.range))
      if !known.isSuperset(of: here) { $0.hasOldBytes = true }
      $0.done = here
    }
    if !here.isEmpty, let name = catalogue[id]?.entry {
      log(.info, "\(named(name)): \(Units.bytes(downloads[id]?.bytes ?? 0)) of it are here already")
    }
    assignHolders(to: id)
  }

  mutating func failOpening(_ id: FileID, _ failure: TransferFailure) {
    guard downloads[id]?.state == .opening else { return }
    park(id, failure)
  }

  // MARK: Rounds

  mutating func endRound(_ id: FileID) {
    change(id) {
      $0.rounds += 1
      $0.failed = []
      // Blocks that differ from a list which nobody could satisfy may be right: now the file's id decides.
      if !$0.blocks.wrong.isEmpty {
        $0.blocks.list = nil
        $0.blocks.wrong = [:]
      }
    }
    guard let download = downloads[id] else { return }
    guard download.rounds < limits.downloadRounds else { return giveUp(download) }
    let wait = download.backOff(limits)
    let until = now.uptime + wait
    change(id) { $0.state = .waiting(until: until) }
    effects.append(.park(id))
    log(.warning, "every holder of \(named(id)) failed; next try in \(wait / 1000) s")
  }

  /// What is here of it stays for a `retry` of this run; the next start throws it away.
  private mutating func giveUp(_ download: Download) {
    var view = download.view(name: catalogue[download.file]?.entry.name ?? "")
    view.state = .failed
    view.ended = now.uptime
    remember(view)
    endAttempts(of: download.file)
    downloads.remove(download.file)
    persist([.unwant(download.file)])
    effects.append(.park(download.file))
    catalogue.setFetch(download.file, .failed)
    log(.error, "\(named(download.file)) could not be fetched: \(download.error ?? "no holder")")
  }

  mutating func wakeDownloads() {
    for id in downloads.files(.waiting) {
      if case .waiting(let until)? = downloads[id]?.state, now.uptime >= until {
        change(id) { $0.state = .queued }
        isSchedulingDue = true
      }
    }
  }

  mutating func change(_ id: FileID, _ change: (inout Download) -> Void) { downloads.update(id, change) }
}
