import PeerCore
import Synchronization

/// What is fetched from holders, each part of a file as an attempt.
extension Network {
  // MARK: Beginning and changing

  func fetch(_ fetch: Effect.Fetch, into target: any DownloadTarget) {
    let control = FetchControl(fetch)
    controls.withLock { $0[fetch.attempt] = (fetch.entry.id, control) }
    let fetcher = Fetcher(fetch: fetch, target: target, control: control, network: self) { [self] result in
      // The core has forgotten an attempt that it cancelled, and wants no outcome.
      let wasCancelled = fetches.end(fetch.attempt)
      controls.withLock { _ = $0.removeValue(forKey: fetch.attempt) }
      guard !wasCancelled else { return }
      tell(result.map { .fetched(fetch.attempt, $0, end: $1) }, fetch.attempt)
    }
    fetcher.start()
  }

  func fetchBlocks(_ attempt: AttemptID, of file: FileID, from holder: Endpoint) {
    let fetcher = BlockListFetcher(attempt: attempt, file: file, holder: holder, network: self) {
      [self] result in
      guard !fetches.end(attempt) else { return }
      tell(result.map { .blocksFetched(attempt, $0) }, attempt)
    }
    fetcher.start()
  }

  /// Lets the part that an attempt fetches end earlier.
  func shorten(_ attempt: AttemptID, to end: UInt64) {
    controls.withLock { $0[attempt]?.control.shorten(to: end) }
  }

  /// Lets everything that is being fetched of a file be checked against a list, from the next block on; `nil`: against
  /// none.
  func useBlocks(_ list: BlockList?, for file: FileID) {
    let concerned = controls.withLock { $0.values.filter { $0.file == file } }
    for (_, control) in concerned { control.use(list) }
  }

  /// Ends an attempt, which then has no outcome.
  func cancelFetch(_ id: AttemptID) { fetches.cancel(id) }

  // MARK: Connections

  /// Performs an exchange on a connection that is kept, or on a new one.
  ///
  /// - Parameter isSmall: whether it may wait for others on the same connection.
  func perform(_ exchange: any HolderExchange, with holder: Endpoint, isSmall: Bool) {
    while true {
      let taken = exchange.isLast ? (HolderSession(holder), true) : sessions.take(holder, isSmall: isSmall)
      guard let (session, isNew) = taken else { return exchange.fail(.cancelled) }
      // A session may have been closed since it was taken. Then the pool has forgotten it, and gives another one.
      guard session.submit(exchange) else { continue }
      if isNew { start(on: executor) { [self] in await session.run(self) } }
      return
    }
  }

  // MARK: Outcome

  /// Tells the core how an attempt has ended.
  private func tell(_ outcome: Result<Event, TransferFailure>, _ attempt: AttemptID) {
    switch outcome {
    case .success(let event): delegate.tell(event)
    case .failure(let failure): delegate.tell(.fetchFailed(attempt, failure))
    }
  }
}
