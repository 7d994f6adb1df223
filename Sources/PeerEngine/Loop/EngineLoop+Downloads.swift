import PeerCore

/// The effects that concern the bytes of a download, from the first look at what is here of it until they verify.
/// Whatever may wait for the disk or hash much runs beside the loop and comes back as an event.
extension EngineLoop {
  /// The download with its bytes, which is created when the core first mentions it.
  func running(_ id: FileID) -> RunningDownload {
    if let running = downloads[id] { return running }
    let running = RunningDownload(id, in: store, smallFile: coreLimits.smallFile)
    downloads[id] = running
    return running
  }

  func open(_ id: FileID) {
    let running = running(id)
    later { [store] loop in
      do throws(StorageError) {
        let (size, here) = try await store.onDisk { () throws(StorageError) in try running.partial().progress
        }
        await loop.deliver(.opened(id, size: size, here: here))
      } catch {
        await loop.deliver(.openFailed(id, TransferFailure(error)))
      }
    }
  }

  func verify(_ id: FileID, _ timestamps: [Lexeme]) {
    // A small file was hashed when its last byte came, so the core gets the answer at once. There are thousands of
    // them.
    if let partial = downloads[id]?.openPartial, partial.isHashed {
      return verified(id, partial, timestamps)
    }
    withPartial(of: id) { loop, partial throws(StorageError) in
      try await loop.store.finishHash(of: partial)
      await loop.verified(id, partial, timestamps)
    }
  }

  /// Tells the core what the bytes hash to. If the download was abandoned or parked meanwhile, nobody wants to know.
  private func verified(_ id: FileID, _ partial: PartialFile, _ timestamps: [Lexeme]) {
    guard let network, downloads[id]?.openPartial === partial else { return }
    let file = ArrivingFile(partial)
    let received = ReceivedFile(
      arrival: network.arrivals.put(file), data: FileData(id: id, hasData: true), size: partial.size,
      digests: file.digests(timestamps: timestamps))
    handle(.verified(id, received))
  }

  func checkBlocks(_ id: FileID, _ list: BlockList) {
    withPartial(of: id) { loop, partial throws(StorageError) in
      let wrong = try await loop.store.blocks(of: partial, differingFrom: list)
      await loop.deliver(.blocksChecked(id, wrong: wrong))
    }
  }

  func forgetBytes(_ id: FileID, _ range: Range<UInt64>) {
    do {
      try downloads[id]?.openPartial?.forget(range)
    } catch {
      handle(.verifyFailed(id, TransferFailure(error)))
    }
  }

  func abandon(_ id: FileID) {
    running(id).abandon()
    downloads[id] = nil
  }

  /// Runs work on the partial file of a download beside the loop. If it fails, so does the verification.
  private func withPartial(
    of id: FileID,
    _ work: @escaping @Sendable (EngineLoop, PartialFile) async throws(StorageError) -> Void
  ) {
    let running = running(id)
    later { loop in
      do throws(StorageError) {
        let partial = try await loop.store.onDisk { () throws(StorageError) in try running.partial() }
        try await work(loop, partial)
      } catch {
        await loop.deliver(.verifyFailed(id, TransferFailure(error)))
      }
    }
  }
}
