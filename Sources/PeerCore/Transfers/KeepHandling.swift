/// The way of a file that has arrived whole: it is here in the end, or refused (PROTOCOL.md, "Transfers").
extension PeerState {
  // MARK: Unasked files

  /// A file has begun to arrive unasked. For `Limits.pushPatience`, nobody is asked for it as well.
  mutating func beginPush(_ id: FileID) {
    guard catalogue[id]?.copy == nil, arriving[id] == nil else { return }
    arriving[id] = now.uptime + limits.pushPatience
  }

  /// Lets downloads begin that have waited long enough for others to push their files.
  mutating func forgetSlowPushes() {
    guard arriving.values.contains(where: { $0 <= now.uptime }) else { return }
    arriving = arriving.filter { $0.value > now.uptime }
    isSchedulingDue = true
  }

  mutating func receivePush(_ file: ReceivedFile, from address: String) {
    bytesReceived += file.size
    guard let id = file.data.id else { return effects.append(.discard(file.arrival)) }
    let who = "\(quoted(file.data.name)) (\(id.short)), pushed from \(address),"
    if let refusal = refusal(of: file, id) {
      log(refusal.level, "\(who) \(refusal.why)")
      effects.append(.discard(file.arrival))
      return
    }
    let pushed = FileEntry(
      id: id, name: file.data.name, owner: file.data.owner, timestamp: file.data.timestamp,
      size: file.data.size)
    let known = catalogue[id]
    log(.info, "\(who) has arrived")
    keep(
      file, verified(known?.entry ?? pushed, filledFrom: file), firstSeen: known?.firstSeen ?? now.wall)
    absorbDownload(id, by: file.arrival)
  }

  /// A file that is being fetched has also come unasked, and is being kept. No holder is asked for it any longer.
  mutating func absorbDownload(_ id: FileID, by arrival: ArrivalID) {
    guard let download = downloads[id], download.state != .paused else { return }
    endAttempts(of: id)
    if download.standing != .queued { effects.append(.park(id)) }
    change(id) { $0.state = .absorbed(by: arrival) }
  }

  private func refusal(of file: ReceivedFile, _ id: FileID) -> (level: LogLevel, why: String)? {
    if !file.verifies(id) { return (.warning, "is refused: its hash differs from its id") }
    if catalogue.tombstones[id] != nil { return (.info, "is refused: the file was deleted") }
    if catalogue[id]?.copy != nil || keeping.values.contains(where: { $0.id == id }) {
      return (.debug, "is here already")
    }
    if !settings.acceptPush { return (.info, "is refused (--accept-push no)") }
    if catalogue.local.count + keeping.count >= limits.filesBeforePushes {
      return (.warning, "is refused: \(Units.count(limits.filesBeforePushes, "file")) are here")
    }
    if file.size > fileAllowance { return (.warning, "is refused: \(sizeFailure)") }
    return nil
  }

  // MARK: Keeping

  /// The entry of a file whose bytes are known. Its timestamp is one that they verify with, whatever was reported
  /// before.
  func verified(_ entry: FileEntry, filledFrom file: ReceivedFile) -> FileEntry {
    var entry = entry
    if entry.name.isEmpty { entry.name = file.data.name }
    if entry.owner.isEmpty { entry.owner = file.data.owner }
    entry.timestamp = file.timestamp(verifying: entry) ?? entry.timestamp
    if entry.size.isNull { entry.size = file.data.size }
    entry.sizeBytes = file.size
    return entry
  }

  mutating func keep(_ file: ReceivedFile, _ entry: FileEntry, firstSeen: Int64) {
    keeping[file.arrival] = entry
    effects.append(.keep(file.arrival, entry, firstSeen: firstSeen))
  }

  /// The file is verified, synced, in its place and recorded. Only now it is announced.
  mutating func finishKeeping(_ arrival: ArrivalID, _ copy: LocalCopy) {
    guard let entry = keeping.removeValue(forKey: arrival) else { return }
    if catalogue.tombstones[entry.id] != nil {
      persist([.remove(entry.id)])
      effects.append(.trash(copy, of: entry.id))
      return
    }
    let firstSeen = catalogue[entry.id]?.firstSeen ?? now.wall
    _ = catalogue.restore(StoredFile(entry: entry, copy: copy, firstSeen: firstSeen))
    endAttempts(of: entry.id)
    if let download = downloads.remove(entry.id) {
      if download.state != .keeping(arrival) { effects.append(.abandon(entry.id)) }
      var view = download.view(name: entry.name)
      view.state = .done
      view.bytes = copy.size
      view.total = copy.size
      view.ended = now.uptime
      remember(view)
    }
    log(.info, "\(named(entry)) is here, \(Units.bytes(copy.size)), verified")
    sendToAll(MessageEncoder.announce(from: me.peerID, file: entry))
  }

  mutating func failKeeping(_ arrival: ArrivalID, _ failure: TransferFailure) {
    guard let entry = keeping.removeValue(forKey: arrival) else { return }
    switch downloads[entry.id]?.state {
    case .keeping(arrival): park(entry.id, failure)
    case .absorbed(by: arrival):
      change(entry.id) { $0.state = .queued }
      fallthrough
    default: log(.error, "\(named(entry)) could not be kept: \(failure)")
    }
  }
}
