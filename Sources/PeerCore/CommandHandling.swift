/// Carries out what users ask for, and answers them.
extension PeerState {
  mutating func carryOut(_ command: Command, _ request: RequestID) {
    switch command {
    case .push(let path):
      effects.append(.importFile(path: path, timestamp: now.wall / 1000, request))
    case .get(let id): reply(request, enqueueDownload(id), done: "fetching \(named(id))")
    case .delete(let id): delete(id, request)
    case .forget(let id): forget(id, request)
    case .announce(let id): announce(id, request)
    case .gossip(let endpoint): gossip(endpoint, request)
    case .pause(let id): reply(request, pauseDownload(id), done: "\(named(id)) is paused")
    case .resume(let id): reply(request, resumeDownload(id), done: "\(named(id)) goes on")
    case .cancel(let id):
      let cancelled = cancelDownload(id, why: "cancelled")
      reply(
        request, cancelled ? nil : "\(named(id)) is not being fetched", done: "\(named(id)) is cancelled")
    case .retry(let id):
      let name = named(id)
      reply(request, enqueueDownload(id), done: "trying \(name) again")
    case .move(let id, let move):
      reply(request, moveDownload(id, move), done: "\(named(id)) has moved in the queue")
    case .prioritise(let id, let priority):
      reply(request, prioritise(id, priority), done: "\(named(id)) has priority \(priority.rawValue)")
    case .cancelUpload(let number): cancelUpload(number, request)
    case .limit(let direction, let rate): limit(direction, rate, request)
    case .slots(let direction, let count): setSlots(direction, count, request)
    }
  }

  private mutating func limit(_ direction: TransferView.Direction, _ rate: UInt64?, _ request: RequestID) {
    if let rate, rate < limits.leastRate {
      return answer(
        request, .failed("a limit is \(Units.bytes(limits.leastRate)) a second at least, or none"))
    }
    switch direction {
    case .down: limitDown = rate
    case .up: limitUp = rate
    }
    effects.append(.limit(direction, bytesPerSecond: rate))
    let text = rate.map { "\(Units.bytes($0)) a second" } ?? "none"
    let done = "the limit of all \(direction == .down ? "downloads" : "uploads") is \(text) now"
    log(.info, done)
    answer(request, .done(done))
  }

  private mutating func setSlots(_ direction: TransferView.Direction, _ count: Int, _ request: RequestID) {
    guard (1...limits.slots).contains(count) else {
      return answer(request, .failed("choose 1 to \(limits.slots) at once"))
    }
    switch direction {
    case .down: slotsDown = count
    case .up: slotsUp = count
    }
    let name = direction == .down ? "download" : "upload"
    answer(request, .done("\(Units.count(count, name)) at once"))
  }

  private mutating func cancelUpload(_ number: UInt64, _ request: RequestID) {
    let id = UploadID(number)
    guard let upload = uploads[id] else { return answer(request, .failed("that upload has ended")) }
    answer(request, .done("sending \(named(upload.file)) to \(quoted(upload.peer)) is cancelled"))
    cancel(id, upload)
  }

  private mutating func reply(_ request: RequestID, _ failure: String?, done: String) {
    answer(request, failure.map { .failed($0) } ?? .done(done))
  }

  private mutating func delete(_ id: FileID, _ request: RequestID) {
    guard let record = catalogue[id] else { return answer(request, .failed("no such file")) }
    guard record.entry.owner == me.peerID.text else {
      let owner = quoted(record.entry.owner)
      return answer(
        request,
        .failed(
          "\(named(record.entry)) belongs to \(owner); only its owner can delete it. forget removes your copy"
        ))
    }
    bury(record)
    sendToAll(MessageEncoder.delete(from: me.peerID, file: id))
    let done = "\(named(record.entry)) is deleted; \(Units.count(membership.count, "peer")) told"
    log(.info, done)
    answer(request, .done(done), onceWritten: true)
  }

  private mutating func forget(_ id: FileID, _ request: RequestID) {
    guard let slot = catalogue.slot(of: id), let record = catalogue[slot: slot], let copy = record.copy
    else { return answer(request, .failed("\(named(id)) is not here")) }
    catalogue.setCopy(slot, nil)
    cancelUploads(of: id)
    // Storage records that the copy is gone after it has gone. The other way round, a crash in between would let the
    // next scan find the file again.
    effects.append(.trash(copy, of: id))
    let done = "the copy of \(named(record.entry)) is in the trash"
    log(.info, done)
    answer(request, .done(done), onceWritten: true)
  }

  private mutating func announce(_ id: FileID, _ request: RequestID) {
    guard let record = catalogue[id], record.copy != nil else {
      return answer(request, .failed("\(named(id)) is not here"))
    }
    sendToAll(MessageEncoder.announce(from: me.peerID, file: record.entry))
    answer(request, .done("\(named(record.entry)) is announced to \(Units.count(membership.count, "peer"))"))
  }

  private mutating func gossip(_ endpoint: Endpoint?, _ request: RequestID) {
    if let endpoint {
      greet(endpoint)
      answer(request, .done("gossip sent to \(endpoint)"))
    } else if membership.isEmpty {
      answer(request, .failed("no peer is tracked; name one: gossip HOST:PORT"))
    } else {
      answer(request, .done("gossip sent to \(Units.count(gossipToRandomPeers(), "peer"))"))
    }
  }

  mutating func finishImport(_ request: RequestID, _ entry: FileEntry, _ copy: LocalCopy) {
    if let known = catalogue[entry.id], known.copy == copy {
      // The same bytes with the same timestamp under another name: storage has kept the first copy.
      return answer(request, .done("\(named(known.entry)) is shared already"))
    }
    if catalogue.exhume(entry.id) { persist([.exhume(entry.id)]) }
    cancelDownload(entry.id, why: "it was pushed here")
    _ = catalogue.restore(StoredFile(entry: entry, copy: copy, firstSeen: now.wall))
    log(.info, "\(named(entry)) is shared, \(Units.bytes(copy.size))")
    sendToAll(MessageEncoder.announce(from: me.peerID, file: entry))
    replicate(entry, copy)
    answer(request, .done("\(named(entry)) is shared"))
  }
}
