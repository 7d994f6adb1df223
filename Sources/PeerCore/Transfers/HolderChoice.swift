/// Which holder gives which part of a file (PROTOCOL.md, "Extension": several holders at once).
///
/// Every holder has the whole file, so that no part is rarer than another. What is rare are holders: one that alone has
/// another file which waits is spared for that, where others can do.
extension PeerState {
  /// Gives each holder that can help something to do.
  mutating func assignHolders(to id: FileID) {
    while let download = downloads[id], download.state == .active {
      if download.isComplete { return beginVerifying(id) }
      guard download.attempts.count < (download.isSolo ? 1 : limits.holdersAtOnce),
        let holder = chooseHolder(for: download), let part = part(of: download, for: holder)
      else { break }
      begin(part, of: download, at: holder)
    }
    guard let download = downloads[id], download.state == .active else { return }
    if download.attempts.isEmpty {
      endIdleDownload(download)
    } else {
      seekBlockList(download)
    }
  }

  /// Nobody gives anything: the round is over, or there is no holder any longer.
  private mutating func endIdleDownload(_ download: Download) {
    guard let record = catalogue[download.file] else { return }
    if record.holders.isEmpty {
      change(download.file) { $0.state = .queued }
      effects.append(.park(download.file))
    } else {
      endRound(download.file)
    }
  }

  // MARK: Holders

  /// Of the holders that have not failed, the one that serves fewest of our downloads, then one that is not needed
  /// elsewhere, then the one that has failed least often, then the fastest; of equals any.
  private mutating func chooseHolder(for download: Download) -> TrackedPeer? {
    guard let record = catalogue[download.file] else { return nil }
    let asked = Set(download.attempts.values.map(\.holder))
    var peers = record.holders.compactMap { membership[$0] }
      .filter { !download.failed.contains($0.handle) && !asked.contains($0.handle) }
    // A holder that gives only whole files, in hex, is of no help beside one that gives parts.
    if !asked.isEmpty || peers.contains(where: { $0.features.contains(.range) }) {
      peers.removeAll { !$0.features.contains(.range) }
    }
    guard peers.count > 1 else { return peers.first }
    let busy = downloads.files(.running).flatMap { downloads[$0]?.attempts.values.map(\.holder) ?? [] }
    let needed = holdersNeededElsewhere(than: download.file)
    func cost(_ peer: TrackedPeer) -> (Int, Int, Int, Double) {
      (
        busy.count { $0 == peer.handle }, needed.contains(peer.handle) ? 1 : 0, peer.failures,
        -peer.rate.rounded(.down)
      )
    }
    guard let least = peers.map(cost).min(by: <) else { return nil }
    return peers.filter { cost($0) == least }.randomElement(using: &random)
  }

  /// The holders that alone have a file which is about to be fetched.
  private func holdersNeededElsewhere(than file: FileID) -> Set<PeerHandle> {
    var needed: Set<PeerHandle> = []
    for waiting in downloads.files(.queued).prefix(limits.downloadsLookedAhead) where waiting != file {
      if let holders = catalogue[waiting]?.holders, holders.count == 1 { needed.insert(holders[0]) }
    }
    return needed
  }

  // MARK: Parts

  private struct Part {
    var start: UInt64
    var end: UInt64?
    var isDoubled = false

    static func from(_ start: UInt64, upTo end: UInt64, size: UInt64, atMost bytes: UInt64) -> Part {
      let end = end - start > bytes ? start + bytes : end
      return Part(start: start, end: end == size ? nil : end)
    }
  }

  /// What a holder is to be asked for: a share of what hashing waits for, if a much slower holder gives that; otherwise
  /// what nobody has been asked for yet; otherwise a share of what the slowest holder has left.
  private mutating func part(of download: Download, for holder: TrackedPeer) -> Part? {
    guard let size = download.size else {
      return download.attempts.isEmpty ? Part(start: 0, end: nil) : nil
    }
    if size == 0 { return download.attempts.isEmpty ? Part(start: 0, end: nil) : nil }
    if let first = download.first, isMuchFaster(holder, than: first.value),
      first.value.left(size: size) ?? 0 >= limits.leastShare,
      let part = share(of: first, in: download, size: size, for: holder)
    {
      return part
    }
    var open = RangeSet(0..<size).subtracting(download.done)
    for attempt in download.attempts.values {
      let end = attempt.end ?? size
      if attempt.start < end { open.remove(contentsOf: attempt.start..<end) }
    }
    if let gap = open.ranges.first {
      return .from(gap.lowerBound, upTo: gap.upperBound, size: size, atMost: largestPart(of: download))
    }
    let slowest = download.attempts.filter { !$0.value.isDoubled }
      .max { $0.value.secondsLeft(size: size) < $1.value.secondsLeft(size: size) }
    return slowest.flatMap { share(of: ($0.key, $0.value), in: download, size: size, for: holder) }
  }

  private func isMuchFaster(_ holder: TrackedPeer, than attempt: Download.Attempt) -> Bool {
    let seconds = attempt.age(at: now.uptime)
    let theirs = max(attempt.meter.rate, Double(attempt.received.count) / max(seconds, 0.001))
    return seconds >= limits.patienceWithLastBlocks / 4 && holder.rate > limits.muchFaster * theirs
  }

  /// How long to wait for the last blocks, in seconds.
  private func patience(of holder: TrackedPeer, with attempt: Download.Attempt) -> Double {
    limits.patienceWithLastBlocks / (isMuchFaster(holder, than: attempt) ? 4 : 1)
  }

  /// The most bytes to ask a holder for at once. There is no bound where one holder gives everything.
  private func largestPart(of download: Download) -> UInt64 {
    guard !download.isSolo, let holders = catalogue[download.file]?.holders else { return .max }
    let able = holders.count {
      !download.failed.contains($0) && membership[$0]?.features.contains(.range) == true
    }
    return able > 1 ? limits.largestPart : .max
  }

  /// Of what another holder has left, so much that both will be ready at the same time.
  private mutating func share(
    of other: (key: AttemptID, value: Download.Attempt), in download: Download, size: UInt64,
    for holder: TrackedPeer
  ) -> Part? {
    let (id, attempt) = other
    let end = attempt.end ?? size
    let position = min(end, attempt.position + attempt.meter.sinceLast(at: now.uptime))
    let block = BlockList.blockSize
    guard end - position >= limits.leastShare else {
      // The last blocks are asked twice, if the first one asked is slow.
      guard !awaitsItsTurn(id, attempt, of: download) else { return nil }
      let patience = patience(of: holder, with: attempt)
      guard min(attempt.age(at: now.uptime), attempt.secondsLeft(size: size)) > patience else { return nil }
      change(download.file) { $0.attempts[id]?.isDoubled = true }
      return Part(start: attempt.position / block * block, end: attempt.end, isDoubled: true)
    }
    let theirs = max(attempt.meter.rate, 1)
    let ours = holder.rate >= 1 ? holder.rate : theirs
    let largest = largestPart(of: download)
    // Who gives only whole files is not asked for another part.
    let keeps = attempt.features.contains(.range) ? largest : .max
    let kept = min(keeps, UInt64(Double(end - position) * min(0.98, theirs / (theirs + ours))))
    let split = (position + kept) / block * block + block
    guard split < end else { return nil }
    change(download.file) { $0.attempts[id]?.end = split }
    effects.append(.shorten(id, to: split))
    return .from(split, upTo: end, size: size, atMost: largest)
  }

  /// A small file may come after others that its holder was asked for before.
  private func awaitsItsTurn(_ id: AttemptID, _ attempt: Download.Attempt, of download: Download) -> Bool {
    guard attempt.received.isEmpty, download.isSmall(limits) else { return false }
    return downloads.files(.running).contains { other in
      downloads[other]?.attempts.contains { $0.key.number < id.number && $0.value.holder == attempt.holder }
        ?? false
    }
  }

  private mutating func begin(_ part: Part, of download: Download, at holder: TrackedPeer) {
    guard let record = catalogue[download.file] else { return }
    lastTransferNumber += 1
    let id = AttemptID(lastTransferNumber)
    var attempt = Download.Attempt(
      holder: holder.handle, peer: holder.id.text, start: part.start, end: part.end, position: part.start,
      features: holder.features, began: now.uptime, meter: RateMeter(at: now.uptime, total: part.start))
    attempt.isDoubled = part.isDoubled
    attempts[id] = download.file
    change(download.file) {
      $0.attempts[id] = attempt
      $0.tries += 1
      $0.peer = holder.id.text
    }
    log(.info, "fetching \(named(record.entry)) from \(quoted(holder.id.text)) at \(holder.endpoint)")
    effects.append(
      .fetch(
        Effect.Fetch(
          attempt: id, entry: record.entry, holder: holder.endpoint, features: holder.features,
          start: part.start, end: part.end, size: download.size, blocks: download.blocks.list?.list,
          limit: fileAllowance)))
  }
}
