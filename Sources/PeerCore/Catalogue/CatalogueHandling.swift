/// File lists, announcements, scans and deletes (PROTOCOL.md, "Catalogue" and "Identity").
extension PeerState {
  // MARK: Reports

  /// The list in a GOSSIP_REPLY is complete: the peer no longer holds what is not on it.
  mutating func takeFileList(of handle: PeerHandle, _ files: [FileEntry]) {
    guard let peer = membership[handle] else { return }
    var listed: Set<FileTable.Slot> = []
    listed.reserveCapacity(files.count)
    var reports = Reports()
    let reporter = peer.isAnonymous ? nil : peer.id
    for entry in files {
      guard let slot = report(entry, by: reporter, listedBy: peer.endpoint, &reports) else { continue }
      let added = catalogue.addHolder(handle, to: slot)
      if added || peer.held.contains(slot) { listed.insert(slot) }
    }
    for slot in peer.held where !listed.contains(slot) { catalogue.removeHolder(handle, from: slot) }
    membership.update(handle) { $0.held = listed }
    conclude(reports, by: quoted(peer.id.text))
    if peer.held.count != listed.count || reports.added > 0 {
      log(
        .info,
        "\(quoted(peer.id.text)) holds \(Units.count(listed.count, "file")), \(reports.added) new to us")
    }
  }

  mutating func receive(_ announce: Announce) {
    if announce.from == me.peerID { return }
    var reports = Reports()
    let handle = announce.from.flatMap { membership.handle(of: $0) }
    let endpoint = handle.flatMap { membership[$0]?.endpoint }
    // Some peers put the owner's id into `from`, so that an announcement never counts as the owner's own word.
    let slot = report(announce.file, by: nil, listedBy: endpoint, &reports)
    let who = announce.from.map { quoted($0.text) } ?? "somebody"
    conclude(reports, by: who)
    guard let slot else { return }
    if let handle, catalogue.addHolder(handle, to: slot) {
      membership.update(handle) { $0.held.insert(slot) }
    }
    log(.info, "\(who) announces \(named(announce.file))")
  }

  /// What became of the reports of one message.
  private struct Reports {
    var changes: [CatalogueChange] = []
    /// Files that were new to us.
    var added = 0
    /// Files that the full catalogue could not take.
    var ignored = 0
    /// Files described differently from what is known, and the first of them.
    var conflicts = 0
    var firstConflict: FileEntry?
  }

  /// However many files a message lists, it causes a line or two of the log.
  private mutating func conclude(_ reports: Reports, by who: String) {
    persist(reports.changes)
    if let entry = reports.firstConflict {
      let more = reports.conflicts > 1 ? " and \(reports.conflicts - 1) more files" : ""
      log(.warning, "\(who) describes \(named(entry))\(more) differently; what is known stands")
    }
    if reports.ignored > 0 {
      log(.warning, "the catalogue is full: \(reports.ignored) files were not taken in")
    }
  }

  private mutating func report(
    _ entry: FileEntry, by reporter: PeerID?, listedBy endpoint: Endpoint?, _ reports: inout Reports
  ) -> FileTable.Slot? {
    do {
      let report = try catalogue.report(
        entry, by: reporter, frozenOwner: me.peerID, at: now.wall)
      if report.conflicts {
        reports.conflicts += 1
        if reports.firstConflict == nil { reports.firstConflict = catalogue[slot: report.slot]?.entry }
      }
      if report.isNew { reports.added += 1 }
      if report.changed, let known = catalogue[slot: report.slot] {
        reports.changes.append(.describe(known.entry, firstSeen: known.firstSeen))
      }
      return report.slot
    } catch .deleted(let tombstone) {
      if let endpoint, tombstone.owner == me.peerID.text {
        outbox.enqueue(.delete(tombstone.id), to: endpoint)
      }
      return nil
    } catch {
      reports.ignored += 1
      return nil
    }
  }

  // MARK: Scans

  mutating func takeScan(found: [StoredFile], gone: [FileID]) {
    for id in gone {
      guard let slot = catalogue.slot(of: id), let record = catalogue[slot: slot], record.copy != nil else {
        continue
      }
      catalogue.setCopy(slot, nil)
      log(.info, "\(named(record.entry)) is not in files/ any longer; it is not offered now")
    }
    for file in found {
      if catalogue.exhume(file.entry.id) { persist([.exhume(file.entry.id)]) }
      cancelDownload(file.entry.id, why: "it was found in files/")
      _ = catalogue.restore(file)
    }
    switch found.count {
    case 0: break
    case 1...8:
      for file in found { log(.info, "\(named(file.entry)) was found in files/ and is shared") }
    default: log(.info, "\(found.count) files were found in files/ and are shared")
    }
  }

  // MARK: Deletes

  mutating func receive(_ delete: Delete, from address: String) {
    guard let record = catalogue[delete.file] else { return }
    let who = "DELETE of \(named(record.entry)) from \(quoted(delete.from.text)) at \(address)"
    if record.entry.owner == me.peerID.text {
      log(.warning, "\(who) refused: the file is ours")
    } else if settings.trustDeletes == .none {
      log(.info, "\(who) refused (--trust-deletes none)")
    } else if record.entry.owner != delete.from.text {
      log(.warning, "\(who) refused: the owner is \(quoted(record.entry.owner))")
    } else if settings.trustDeletes == .any {
      honour(delete, record)
    } else {
      honourFromOwnerAddress(delete, record, from: address, who)
    }
  }

  private mutating func honourFromOwnerAddress(
    _ delete: Delete, _ record: FileRecord, from address: String, _ who: String
  ) {
    guard let owner = membership.handle(of: delete.from).flatMap({ membership[$0] }), !owner.isAnonymous
    else {
      log(.warning, "\(who) refused: no peer of that id is tracked")
      return
    }
    if owner.claim.isContested(at: now.uptime, within: settings.peerTimeout) {
      log(.warning, "\(who) refused: two addresses use that name")
    } else if owner.isAt(address) {
      honour(delete, record)
    } else if owner.addresses.isEmpty, waitingDeletes.count < limits.pendingDeletes,
      resolve(owner.endpoint.host)
    {
      waitingDeletes.append((delete, address, owner.endpoint.host))
    } else {
      log(.warning, "\(who) refused: its owner is at \(owner.endpoint)")
    }
  }

  /// Decides about the DELETEs that have waited for this host name.
  mutating func retryWaitingDeletes(host: String) {
    let ready = waitingDeletes.filter { $0.host == host }
    waitingDeletes.removeAll { $0.host == host }
    for waiting in ready {
      let owner = membership.handle(of: waiting.delete.from).flatMap { membership[$0] }
      if let owner, owner.addresses.isEmpty {
        log(.warning, "DELETE from \(quoted(owner.id.text)) refused: \(quoted(host)) cannot be resolved")
      } else {
        receive(waiting.delete, from: waiting.from)
      }
    }
  }

  private mutating func honour(_ delete: Delete, _ record: FileRecord) {
    log(.info, "\(quoted(delete.from.text)) deleted its file \(named(record.entry))")
    bury(record)
  }

  mutating func finishDeletions() {
    for file in leftovers {
      if let copy = file.copy { effects.append(.trash(copy, of: file.entry.id)) }
    }
    persist(leftovers.map { .remove($0.entry.id) })
    leftovers = []
  }

  /// The file leaves the catalogue, its copy goes to the trash, and a tombstone stays.
  mutating func bury(_ record: FileRecord) {
    let id = record.entry.id
    cancelDownload(id, why: "the file was deleted")
    let tombstone = Tombstone(id: id, owner: record.entry.owner, time: now.wall)
    var changes: [CatalogueChange] = [.bury(tombstone)]
    if let evicted = catalogue.bury(tombstone) { changes.append(.exhume(evicted.id)) }
    // Recorded before the copy is moved, so that a crash in between does not lead to the file being shared again.
    persist(changes)
    if let copy = record.copy { effects.append(.trash(copy, of: id)) }
    // This comes last, since storage finds the copies to move by this record. If it stayed, the next start would bring
    // the file back.
    persist([.remove(id)])
    if let slot = catalogue.slot(of: id) {
      for handle in record.holders { membership.update(handle) { $0.held.remove(slot) } }
    }
    _ = catalogue.remove(id)
    cancelUploads(of: id)
  }
}
