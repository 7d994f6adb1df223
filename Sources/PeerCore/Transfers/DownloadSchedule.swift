/// When downloads begin, and when they are tried again (PROTOCOL.md, "Transfers").
extension PeerState {
  // MARK: Beginning

  /// Finds more holders for the downloads that run, and then lets waiting ones begin, as far as there are slots. It
  /// does nothing unless `isSchedulingDue`.
  mutating func startDownloads() {
    guard isSchedulingDue else { return }
    isSchedulingDue = false
    for id in downloads.files(.running) where !isUnderWay(id) { assignHolders(to: id) }
    // Files that come faster than they can be verified and kept would pile up; they are given time to end.
    guard !downloads.queue.isEmpty, downloads.files(.ending).count < limits.endingDownloads else { return }
    var places = slotsDown * limits.smallFilesInASlot
    for id in downloads.files(.running) { places -= self.places(of: id) }
    guard places > 0 else { return }
    for id in downloads.queue {
      let needed = self.places(of: id)
      // A small file that would still fit does not overtake. A large one ahead of it might else never begin.
      if needed > places { return }
      if begin(id) { places -= needed }
    }
  }

  /// How many places a download takes. A slot has `Limits.smallFilesInASlot` of them: one for each small file, or all
  /// for another file.
  private func places(of id: FileID) -> Int {
    downloads.look(at: id) { $0.isSmall(limits) } == true ? 1 : limits.smallFilesInASlot
  }

  /// Whether a download is of a small file that was asked for a moment ago, so that another holder would be no help.
  private func isUnderWay(_ id: FileID) -> Bool {
    downloads.look(at: id) {
      guard $0.isSmall(limits), let attempt = $0.attempts.values.last else { return false }
      return attempt.age(at: now.uptime) < limits.patienceWithLastBlocks / 4
    } ?? false
  }

  /// Begins a download, if there is a holder left that has not failed. If all have failed, this round is over.
  ///
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

  /// Goes on with a download, after storage has found what is here of it.
  mutating func continueDownload(_ id: FileID, size: UInt64?, here: RangeSet<UInt64>) {
    guard let download = downloads[id], download.state == .opening else { return }
    change(id) {
      $0.state = .active
      if let size { $0.size = size }
      // Of what this run has received it is known who gave it. Everything else is from an earlier run.
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

  /// Ends a round, in which every holder has failed. The download waits for the next round, or is given up after the
  /// last.
  mutating func endRound(_ id: FileID) {
    change(id) {
      $0.rounds += 1
      $0.failed = []
      // If no holder's blocks match the list, the list may be wrong. From now on the file's id decides.
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

  /// Takes a download out of the queue as failed. What is here of it stays for a `retry`; the next start throws it
  /// away.
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

  /// Puts the downloads among those that may begin whose wait for the next round is over.
  mutating func wakeDownloads() {
    for id in downloads.files(.waiting) {
      if case .waiting(let until)? = downloads[id]?.state, now.uptime >= until {
        change(id) { $0.state = .queued }
        isSchedulingDue = true
      }
    }
  }
}
