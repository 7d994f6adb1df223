/// Uploads: answers to GET_FILE, and pushed files that are replicated (PROTOCOL.md, "Messages").
extension PeerState {
  mutating func receive(_ request: GetFile, from address: String, on connection: ConnectionID) {
    guard let id = request.file, let record = catalogue[id], let copy = record.copy,
      !request.acceptsRaw || request.part(ofSize: copy.size) != nil
    else {
      effects.append(.refuse(connection))
      return
    }
    guard makeRoomToWait(for: address) else {
      log(.warning, "\(limits.waitingUploads) uploads wait already; \(address) gets nothing")
      effects.append(.refuse(connection))
      return
    }
    enqueueUpload(
      id, to: nameOfPeer(at: address) ?? address, at: address,
      bytes: request.part(ofSize: copy.size)?.length ?? copy.size, cause: .request(connection, request))
  }

  /// The id of the one tracked peer whose only address that is; `nil` if it could be several.
  private func nameOfPeer(at address: String) -> String? {
    let there = membership.peers.filter { $0.addresses.contains(address) }
    return there.count == 1 && there[0].addresses.count == 1 ? there[0].id.text : nil
  }

  mutating func receive(_ request: GetBlocks, from address: String, on connection: ConnectionID) {
    guard let id = request.file, let copy = catalogue[id]?.copy,
      BlockList.count(ofSize: copy.size) <= limits.listItems
    else {
      effects.append(.refuse(connection))
      return
    }
    log(.debug, "\(address) asks for the blocks of \(id.short)")
    effects.append(.serveBlocks(connection, id, copy))
  }

  mutating func replicate(_ entry: FileEntry, _ copy: LocalCopy) {
    guard let peer = membership.random(1, using: &random).first else { return }
    let address = peer.addresses.first ?? peer.endpoint.host
    guard makeRoomToWait(for: address) else {
      log(.info, "\(limits.waitingUploads) uploads wait already; \(named(entry)) is not replicated")
      return
    }
    log(.info, "\(named(entry)) is replicated to \(quoted(peer.id.text))")
    enqueueUpload(
      entry.id, to: peer.id.text, at: address, bytes: copy.size,
      cause: .replication(peer.endpoint))
  }

  private mutating func enqueueUpload(
    _ id: FileID, to peer: String, at address: String, bytes: UInt64, cause: Upload.Cause
  ) {
    lastTransferNumber += 1
    let number = lastTransferNumber
    uploads[UploadID(number)] = Upload(
      number: number, file: id, peer: peer, address: address, cause: cause, total: bytes)
  }

  /// In a full queue the newest of the address that has most there gives way to an address that has fewer.
  private mutating func makeRoomToWait(for address: String) -> Bool {
    guard uploads.values.count(where: { !$0.isRunning }) >= limits.waitingUploads else { return true }
    let waiting = uploads.filter { !$0.value.isRunning }
    let counts = waiting.values.reduce(into: [:]) {
      $0[NumericAddress.network(of: $1.address), default: 0] += 1
    }
    guard let most = counts.values.max(), counts[NumericAddress.network(of: address), default: 0] + 1 < most,
      let (id, upload) = waiting.elements.last(where: {
        counts[NumericAddress.network(of: $0.value.address)] == most
      })
    else { return false }
    log(.warning, "\(most) uploads to \(upload.address) wait; one of them gives way")
    refuse(id, upload)
    return true
  }

  mutating func startUploads() {
    guard uploads.values.contains(where: { !$0.isRunning }) else { return }
    let running = uploads.values.filter(\.isRunning).map(\.address)
    var slots = SharedSlots(slotsUp, limits: limits, running: running)
    for (id, upload) in uploads where !upload.isRunning {
      guard let record = catalogue[upload.file], let copy = record.copy else {
        refuse(id, upload)
        continue
      }
      guard slots.take(for: upload.address) else { continue }
      uploads[id]?.isRunning = true
      uploads[id]?.meter = RateMeter(at: now.uptime)
      switch upload.cause {
      case .request(let connection, let request):
        log(.info, "sending \(named(record.entry)) to \(quoted(upload.peer))")
        effects.append(.serve(id, on: connection, request, record.entry, copy))
      case .replication(let endpoint):
        effects.append(.replicate(id, to: endpoint, record.entry, copy))
      }
    }
  }

  private mutating func refuse(_ id: UploadID, _ upload: Upload) {
    uploads[id] = nil
    if case .request(let connection, _) = upload.cause { effects.append(.refuse(connection)) }
  }

  /// The file is gone: waiting uploads are refused, running ones end.
  mutating func cancelUploads(of file: FileID) {
    for (id, upload) in uploads where upload.file == file { cancel(id, upload) }
  }

  mutating func cancel(_ id: UploadID, _ upload: Upload) {
    if upload.isRunning { effects.append(.cancelUpload(id)) } else { refuse(id, upload) }
  }

  mutating func noteProgress(_ upload: UploadID, _ bytes: UInt64) {
    guard let index = uploads.index(forKey: upload) else { return }
    bytesSent += bytes - min(bytes, uploads.values[index].bytes)
    uploads.values[index].bytes = bytes
    uploads.values[index].meter.record(bytes, at: now.uptime)
  }

  mutating func endUpload(_ id: UploadID, _ failure: TransferFailure?) {
    if failure == nil, let upload = uploads[id] { noteProgress(id, upload.total) }
    guard let upload = uploads.removeValue(forKey: id) else { return }
    let name = named(upload.file)
    var view = upload.view(name: catalogue[upload.file]?.entry.name ?? "")
    view.rate = 0
    view.ended = now.uptime
    view.state = failure == nil ? .done : .failed
    view.error = failure?.description
    if failure == .cancelled {
      log(.info, "sending \(name) to \(quoted(upload.peer)) was cancelled")
    } else if let failure {
      log(.warning, "sending \(name) to \(quoted(upload.peer)) failed: it \(failure)")
    } else {
      log(.info, "\(name) was sent to \(quoted(upload.peer))")
    }
    remember(view)
  }
}
