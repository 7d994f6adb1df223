import PeerCore

extension Event {
  /// Notes the kind of event, and what tells it from another one of its kind.
  func note(in trace: inout Trace) {
    switch self {
    case .started: trace.note(1)
    case .tick: trace.note(2)
    case .received(let message, let address, let connection):
      trace.note(3, connection.number)
      trace.note(message.typeName)
      trace.note(address)
    case .pushBegan(let file): trace.note(22, file.word)
    case .pushEnded(let file): trace.note(23, file.word)
    case .pushed(let file, _): trace.note(4, file.arrival.number, file.size)
    case .sent(let endpoint): trace.note(endpoint.description)
    case .sendFailed(let endpoint, let reason):
      trace.note(endpoint.description)
      trace.note(reason)
    case .resolved(let host, let addresses):
      trace.note(host)
      trace.note(UInt64(addresses.count))
    case .command(_, let request): trace.note(5, request.number)
    case .opened(let file, let size, _): trace.note(6, file.word, size ?? 0)
    case .openFailed(let file, _): trace.note(7, file.word)
    case .fetchProgress(let attempt, let position, _): trace.note(8, attempt.number, position)
    case .fetched(let attempt, _, let end): trace.note(9, attempt.number, end)
    case .fetchFailed(let attempt, let failure):
      trace.note(10, attempt.number)
      trace.note(failure.description)
    case .blocksFetched(let attempt, let list): trace.note(11, attempt.number, list?.size ?? 0)
    case .verified(let file, _): trace.note(12, file.word)
    case .verifyFailed(let file, _): trace.note(13, file.word)
    case .blocksChecked(let file, let wrong): trace.note(14, file.word, UInt64(wrong.count))
    case .uploadProgress(let upload, let bytes): trace.note(15, upload.number, bytes)
    case .uploadEnded(let upload, let failure): trace.note(16, upload.number, failure == nil ? 0 : 1)
    case .kept(let arrival, let copy):
      trace.note(17, arrival.number)
      trace.note(copy.storedName)
    case .keepFailed(let arrival, _): trace.note(18, arrival.number)
    case .imported(let request, let entry, _): trace.note(19, request.number, entry.id.word)
    case .importFailed(let request, _): trace.note(20, request.number)
    case .scanned(let found, let gone): trace.note(21, UInt64(found.count), UInt64(gone.count))
    }
  }
}

extension Effect {
  func note(in trace: inout Trace) {
    switch self {
    case .send(let bytes, let endpoint, _):
      trace.note(bytes)
      trace.note(endpoint.description)
    case .resolve(let host): trace.note(host)
    case .open(let file): trace.note(31, file.word)
    case .fetch(let fetch):
      trace.note(32, fetch.attempt.number, fetch.start, fetch.end ?? 0)
      trace.note(fetch.holder.description)
    case .shorten(let attempt, let end): trace.note(33, attempt.number, end)
    case .cancelFetch(let attempt): trace.note(34, attempt.number)
    case .fetchBlocks(let attempt, let file, let holder):
      trace.note(35, attempt.number, file.word)
      trace.note(holder.description)
    case .useBlocks(let file, _): trace.note(36, file.word)
    case .verify(let file, _): trace.note(37, file.word)
    case .checkBlocks(let file, _): trace.note(38, file.word)
    case .forgetBytes(let file, let range): trace.note(39, file.word, range.lowerBound)
    case .park(let file): trace.note(40, file.word)
    case .abandon(let file): trace.note(41, file.word)
    case .serve(let upload, let connection, _, _, _): trace.note(42, upload.number, connection.number)
    case .serveBlocks(let connection, let file, _): trace.note(43, connection.number, file.word)
    case .refuse(let connection): trace.note(44, connection.number)
    case .limit: trace.note(45)
    case .replicate(let upload, let endpoint, _, _):
      trace.note(46, upload.number)
      trace.note(endpoint.description)
    case .cancelUpload(let upload): trace.note(47, upload.number)
    case .keep(let arrival, let entry, _): trace.note(48, arrival.number, entry.id.word)
    case .discard(let arrival): trace.note(49, arrival.number)
    case .release(let arrival): trace.note(52, arrival.number)
    case .importFile(let path, _, _): trace.note(path)
    case .trash(let copy, _): trace.note(copy.storedName)
    case .persist(let changes): trace.note(50, UInt64(changes.count))
    case .answer(let request, let reply, _):
      trace.note(51, request.number)
      trace.note(reply.text)
    case .log(_, let text): trace.note(text)
    }
  }
}

extension FileID {
  /// Enough of the id to tell it from others.
  fileprivate var word: UInt64 { withUnsafeBytes { $0.load(as: UInt64.self) } }
}
