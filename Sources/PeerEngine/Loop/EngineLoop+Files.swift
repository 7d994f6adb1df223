import PeerCore
import Synchronization

/// The effects that bring whole files into `files/`, and the files that the network asks for.
extension EngineLoop {
  // MARK: Keeping

  func keep(_ arrival: ArrivalID, _ entry: FileEntry, _ firstSeen: Int64) {
    guard let file = network?.arrivals.take(arrival) as? ArrivingFile else {
      handle(.keepFailed(arrival, .disk("its bytes are gone")))
      return
    }
    if downloads[entry.id]?.openPartial === file.partial { downloads[entry.id] = nil }
    let keep = Keep(file.partial, entry, firstSeen: firstSeen)
    guard writer.isTrashing(entry.id) else { return enqueue((arrival, keep)) }
    // An older copy of the file waits to be moved to the trash. Storage still knows it, would take the file for one
    // that is here already, and the trash would then take the only copy.
    writer.afterwards { [weak self] isTrashed in
      Task { await self?.keep((arrival, keep), isTrashed: isTrashed) }
    }
  }

  private func keep(_ item: KeepQueue.Item, isTrashed: Bool) {
    guard isTrashed else {
      return handle(.keepFailed(item.arrival, .disk("an older copy cannot be moved to the trash")))
    }
    enqueue(item)
  }

  private func enqueue(_ item: KeepQueue.Item) {
    // The loop first carries out its other effects, so that all files of this step are in the first batch.
    if keepQueue.add(item) { later { await $0.emptyKeepQueue() } }
  }

  private func emptyKeepQueue() async {
    while let batch = keepQueue.takeBatch() {
      let results = await store.keep(batch.map(\.keep))
      handle(zip(batch, results).map(Self.outcome))
    }
  }

  private static func outcome(of item: KeepQueue.Item, _ result: Result<LocalCopy, StorageError>) -> Event {
    switch result {
    case .success(let copy): return .kept(item.arrival, copy)
    case .failure(let error):
      // Bytes that do not verify are worth nothing. After other failures, the download can go on with them.
      if case .mismatch = error { item.keep.partial.discard() }
      return .keepFailed(item.arrival, TransferFailure(error))
    }
  }

  func importFile(_ path: String, _ timestamp: Int64, _ request: RequestID) {
    let owner = me.peerID
    later { [store] loop in
      do {
        let (entry, copy) = try await store.importFile(path: path, timestamp: timestamp, owner: owner)
        await loop.deliver(.imported(request, entry, copy))
      } catch {
        await loop.deliver(.importFailed(request, reason: "cannot push: \(error)"))
      }
    }
  }

  // MARK: For the network

  nonisolated var pushAllowance: PushAllowance? { allowance.withLock { $0 } }

  nonisolated func beginFile() throws -> any IncomingFile { try ArrivingFile(in: store) }

  nonisolated func open(_ copy: LocalCopy) throws -> any OutgoingFile { try LeavingFile(copy, in: store) }

  nonisolated func makeBlockHasher() -> any BlockHasher { ContentHash() }

  nonisolated func blockList(of file: FileID, _ copy: LocalCopy) async -> BlockList? {
    await blockLists.list(of: file, copy)
  }
}
