/// Whether the bytes that have come are those of the file, and what is done if they are not (PROTOCOL.md, "Extension":
/// block lists).
extension PeerState {
  // MARK: Verifying

  mutating func beginVerifying(_ id: FileID) {
    endAttempts(of: id)
    guard let download = downloads[id], let record = catalogue[id] else { return }
    change(id) { $0.state = .verifying }
    var timestamps = [record.entry.timestamp]
    for timestamp in download.timestamps where !timestamps.contains(timestamp) {
      timestamps.append(timestamp)
    }
    effects.append(.verify(id, timestamps: timestamps))
  }

  /// The bytes of a download were hashed.
  mutating func takeVerified(_ id: FileID, _ file: ReceivedFile) {
    guard let download = downloads[id], let record = catalogue[id], download.state == .verifying else {
      effects.append(.discard(file.arrival))
      return
    }
    guard file.verifies(id) else {
      effects.append(.release(file.arrival))
      return mend(id)
    }
    var file = file
    if let told = download.told { file.data = told }
    if let pushed = keeping.first(where: { $0.value.id == id })?.key {
      // The file was pushed here meanwhile. If it were kept twice, it would lie in files/ under two names.
      effects.append(.discard(file.arrival))
      return absorbDownload(id, by: pushed)
    }
    guard file.size <= fileAllowance else {
      effects.append(.release(file.arrival))
      return park(id, sizeFailure)
    }
    change(id) { $0.state = .keeping(file.arrival) }
    keep(file, verified(record.entry, filledFrom: file), firstSeen: record.firstSeen)
  }

  mutating func failVerifying(_ id: FileID, _ failure: TransferFailure) {
    guard downloads[id]?.state == .verifying else { return }
    park(id, failure)
  }

  // MARK: Mending

  /// The bytes are not those of the file. If one holder gave them all, it is to blame. Otherwise block lists tell whose
  /// bytes are wrong; if they cannot, each holder has to give the whole file.
  private mutating func mend(_ id: FileID) {
    guard let download = downloads[id] else { return }
    let givers = download.givers
    if givers.count <= 1, !download.hasOldBytes {
      if let giver = givers.first { blame(giver, for: id, .mismatch) }
      return beginAgain(id)
    }
    log(.warning, "\(named(id)): bytes from several holders do not verify; looking for those that are wrong")
    if let list = download.blocks.list, list.list.size == download.size {
      effects.append(.checkBlocks(id, list.list))
    } else {
      seekNextList(id)
    }
  }

  private mutating func seekNextList(_ id: FileID) {
    change(id) { $0.blocks.list = nil }
    guard let download = downloads[id], download.blocks.attempt == nil else { return }
    if !askForBlocks(download, anyHolder: true) {
      log(.warning, "\(named(id)) is fetched anew, from one holder at a time")
      change(id) { $0.isSolo = true }
      beginAgain(id)
    }
  }

  private mutating func beginAgain(_ id: FileID) {
    endAttempts(of: id)
    effects.append(.abandon(id))
    change(id) {
      $0.forgetBytes()
      $0.state = .queued
    }
    isSchedulingDue = true
  }

  private mutating func blame(_ holder: PeerHandle, for id: FileID, _ failure: TransferFailure) {
    let who = membership[holder].map { quoted($0.id.text) } ?? "a holder that is gone"
    log(.warning, "\(who) failed to give \(named(id)): \(failure)")
    membership.update(holder) { $0.failures += 1 }
    change(id) {
      $0.failed.insert(holder)
      $0.error = "\(who) \(failure)"
    }
  }

  /// Storage has compared what is here with a list.
  mutating func takeChecked(_ id: FileID, wrong: [Int]) {
    guard let download = downloads[id], download.state == .verifying, let size = download.size else { return }
    // If all blocks agree with the list, it is of other bytes than the file's; and so it is if none does.
    guard !wrong.isEmpty, wrong.count < Int(BlockList.count(ofSize: size)) || size <= BlockList.blockSize
    else {
      return seekNextList(id)
    }
    let ranges = wrong.map { BlockList.range(of: $0, size: size) }
    let liars = Set(
      download.given.filter { given in ranges.contains { $0.overlaps(given.range) } }.map(\.by))
    for liar in liars where liar != download.blocks.list?.from {
      blame(liar, for: id, .wrongBlocks(wrong.count))
    }
    for range in ranges { effects.append(.forgetBytes(id, range)) }
    change(id) {
      for range in ranges { $0.done.remove(contentsOf: range) }
      $0.given.removeAll { liars.contains($0.by) }
      // What remains of their bytes agrees with the list, which is all that is known of it.
      $0.hasOldBytes = true
      $0.state = .active
    }
    isSchedulingDue = true
  }

  // MARK: Block lists

  /// A download from several holders that takes long is checked block by block as it comes.
  mutating func seekBlockList(_ download: Download) {
    let holders = Set(download.attempts.values.map(\.holder))
    guard holders.count > 1, download.blocks.list == nil, download.blocks.attempt == nil,
      now.uptime - download.began >= limits.blockListPatience
    else { return }
    _ = askForBlocks(download, anyHolder: false)
  }

  /// - Returns: whether there is somebody to ask.
  private mutating func askForBlocks(_ download: Download, anyHolder: Bool) -> Bool {
    let id = download.file
    guard let size = download.size, size > BlockList.blockSize,
      BlockList.count(ofSize: size) <= limits.listItems,
      let holders = catalogue[id]?.holders.compactMap({ membership[$0] })
    else { return false }
    let able = holders.filter {
      $0.features.contains(.blocks) && !download.blocks.asked.contains($0.handle)
        && !download.failed.contains($0.handle)
    }
    guard let holder = able.randomElement(using: &random) else { return false }
    lastTransferNumber += 1
    let attempt = AttemptID(lastTransferNumber)
    attempts[attempt] = id
    change(id) {
      $0.blocks.attempt = (attempt, holder.handle)
      $0.blocks.asked.insert(holder.handle)
    }
    effects.append(.fetchBlocks(attempt, of: id, from: holder.endpoint))
    return true
  }

  mutating func takeBlockList(_ attempt: AttemptID, _ list: BlockList?) {
    guard let id = attempts[attempt], let download = downloads[id],
      let search = download.blocks.attempt, search.id == attempt
    else { return }
    attempts[attempt] = nil
    change(id) { $0.blocks.attempt = nil }
    if let list, list.size == download.size {
      change(id) { $0.blocks.list = (list, from: search.holder) }
      effects.append(.useBlocks(id, list))
      if download.state == .verifying { effects.append(.checkBlocks(id, list)) }
    } else if download.state == .verifying {
      seekNextList(id)
    }
  }

  /// - Returns: whether what failed was the request for a block list.
  mutating func failBlockSearch(_ attempt: AttemptID, _ failure: TransferFailure) -> Bool {
    guard let id = attempts[attempt], downloads[id]?.blocks.attempt?.id == attempt else { return false }
    log(.debug, "no block list of \(named(id)): \(failure)")
    takeBlockList(attempt, nil)
    return true
  }

  /// Whether the list is wrong rather than the block: the holder that gave the list contradicts it, or another holder
  /// has failed on the same block.
  func contradictsList(_ file: FileID, _ block: Int, _ holder: PeerHandle) -> Bool {
    guard let blocks = downloads[file]?.blocks, let list = blocks.list else { return false }
    if list.from == holder { return true }
    guard let other = blocks.wrong[block] else { return false }
    return other != holder
  }

  mutating func dropBlockList(of id: FileID) {
    guard let giver = downloads[id]?.blocks.list?.from else { return }
    blame(giver, for: id, .wrongBlockList)
    let wronged = Set(downloads[id]?.blocks.wrong.values.map { $0 } ?? [])
    change(id) {
      $0.blocks.list = nil
      $0.blocks.wrong = [:]
      $0.failed.subtract(wronged.subtracting([giver]))
    }
    effects.append(.useBlocks(id, nil))
  }
}
