/// What holds between any two steps. Tests and the simulator ask for it after each one; the program never does.
extension PeerState {
  /// A sentence on what is wrong with the tables; `nil` if all is well.
  package var brokenInvariant: String? { brokenMembership ?? brokenCatalogue ?? brokenQueue ?? brokenBound }

  private var brokenMembership: String? {
    let table = catalogue.table
    for peer in membership.peers {
      if peer.id == me.peerID { return "we track ourselves" }
      for slot in peer.held where table[slot]?.holders.contains(peer.handle) != true {
        return "\(peer.id) holds slot \(slot), whose record does not say so"
      }
    }
    return nil
  }

  private var brokenCatalogue: String? {
    let table = catalogue.table
    var states: [FileRecord.State: Int] = [:]
    var bytes: UInt64 = 0
    var texts = 0
    for (slot, record) in table {
      states[record.state, default: 0] += 1
      bytes += record.copy?.size ?? 0
      texts += record.entry.textBytes
      for holder in record.holders where membership[holder]?.held.contains(slot) != true {
        return "\(record.entry.name) names the holder \(holder.number), which does not say so"
      }
      if catalogue.tombstones[record.entry.id] != nil { return "\(record.entry.name) is there and buried" }
      if catalogue.slot(of: record.entry.id) != slot { return "\(record.entry.name) has another slot" }
      if (record.copy != nil) != catalogue.local.contains(slot) { return "\(record.entry.name) is half here" }
      if (record.fetch == .wanted) != (downloads[record.entry.id] != nil) {
        return "\(record.entry.name) is wanted and in no queue, or the other way round"
      }
      if record.holders.count > limits.holders { return "\(record.entry.name) has too many holders" }
    }
    if texts != catalogue.textBytes { return "texts have \(texts) bytes, not \(catalogue.textBytes)" }
    if bytes != catalogue.localBytes { return "\(bytes) bytes are here, not \(catalogue.localBytes)" }
    if states[.remote, default: 0] != catalogue.remoteCount { return "remote files are counted wrongly" }
    if states[.unavailable, default: 0] != catalogue.unavailableCount {
      return "unavailable files are counted wrongly"
    }
    return nil
  }

  private var brokenQueue: String? {
    let queued = downloads.order.filter { downloads[$0]?.standing == .queued }
    if downloads.queue != queued { return "the queue is not those that are queued, in their order" }
    return Set(queued) == Set(downloads.files(.queued)) ? nil : "the queued are grouped wrongly"
  }

  /// What has grown beyond its bound (`Limits`), if anything has.
  private var brokenBound: String? {
    let sizes: [(name: String, size: Int, bound: Int)] = [
      ("tracked peers", membership.count, limits.peers),
      ("ids of gossip", seenGossip.count, limits.gossipIDs),
      ("names being resolved", resolving.count, limits.resolutions),
      ("names of our own", ownAliases.count, limits.ownAliases),
      // A file that is here is taken in even when the catalogue is full.
      ("files", catalogue.table.count - catalogue.local.count, limits.files),
      ("tombstones", catalogue.tombstones.count, limits.tombstones),
      ("deletes that wait", waitingDeletes.count, limits.pendingDeletes),
      ("downloads", downloads.count, limits.queuedDownloads),
      ("running downloads", downloads.files(.running).count, limits.slots * limits.smallFilesInASlot),
      ("waiting uploads", uploads.values.count { !$0.isRunning }, limits.waitingUploads),
      ("ended transfers", ended.count, limits.endedTransfers),
    ]
    for (name, size, bound) in sizes where size > bound { return "\(size) \(name), more than \(bound)" }
    for file in downloads.order where (downloads[file]?.attempts.count ?? 0) > limits.holdersAtOnce {
      return "\(file.short) is fetched from too many holders at once"
    }
    for file in attempts.values where downloads[file] == nil { return "an attempt is for no download" }
    return outbox.isWithinBounds ? nil : "more answers wait than may"
  }
}

/// What the simulator looks at, and the program shows to nobody.
extension PeerState {
  package func record(of id: FileID) -> FileRecord? { catalogue[id] }
  package var records: FileTable { catalogue.table }
  package var tombstones: some Collection<Tombstone> { catalogue.tombstones.values }
  package var trackedPeers: [(id: PeerID, endpoint: Endpoint, lastSeen: Int64)] {
    membership.peers.map { ($0.id, $0.endpoint, $0.lastSeen) }
  }
  package var trackedCount: Int { membership.count }
  package func tracks(_ id: PeerID) -> Bool { membership.handle(of: id) != nil }
  package func peerIDs(of handles: [PeerHandle]) -> [PeerID] { handles.compactMap { membership[$0]?.id } }
  package var wantedFiles: [FileID] { downloads.order }
  package func isPaused(_ id: FileID) -> Bool { downloads[id]?.state == .paused }
  /// Uploads that run or wait.
  package var uploadCount: Int { uploads.count }
  /// How many of the running uploads go to the address that has most of them.
  package var uploadsToOneAddress: Int {
    uploads.values.filter(\.isRunning).reduce(into: [:]) { $0[$1.address, default: 0] += 1 }.values.max() ?? 0
  }
  package var attemptCount: Int { attempts.count }
}
