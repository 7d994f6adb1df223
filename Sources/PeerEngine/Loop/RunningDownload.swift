import PeerCore
import Synchronization

/// A download whose bytes are being fetched, and the partial file that they go to. The partial file is opened only when
/// it is needed. A small file stays in memory until all of it is here; then it is created, written and hashed at once,
/// which costs far fewer calls.
final class RunningDownload: DownloadTarget {
  private enum State {
    case unopened
    /// Of a small file, which is not complete.
    case inMemory(Beginning)
    case open(PartialFile)
    /// Nothing of it is wanted any longer, and what connections still deliver is refused.
    case abandoned
  }

  /// The first bytes of a small file.
  private struct Beginning {
    /// How many bytes the whole file has.
    let size: UInt64
    var bytes: [UInt8] = []
    /// How many of `bytes` are confirmed, from the first one on.
    var confirmed = 0

    /// Whether the bytes continue these. Where several holders give parts of a file, they need not.
    func takes(_ more: UnsafeRawBufferPointer, at offset: UInt64) -> Bool {
      offset == bytes.count && UInt64(bytes.count + more.count) <= size
    }
  }

  private let id: FileID
  private let store: HomeStore
  /// The most bytes of a file that stays in memory until it is complete.
  private let smallFile: UInt64
  private let state = Mutex(State.unopened)

  init(_ id: FileID, in store: HomeStore, smallFile: UInt64) {
    self.id = id
    self.store = store
    self.smallFile = smallFile
  }

  /// Opens the partial file if it is not open yet, and then blocks.
  func partial() throws(StorageError) -> PartialFile {
    try state.withLock { state throws(StorageError) in try open(&state) }
  }

  private func open(_ state: inout State) throws(StorageError) -> PartialFile {
    switch state {
    case .open(let partial): return partial
    case .abandoned: throw .closed
    case .unopened, .inMemory:
      let partial = try store.openPartial(of: id)
      if case .inMemory(let beginning) = state {
        try beginning.bytes.prefix(beginning.confirmed).withUnsafeBytes { bytes in
          Result { () throws(StorageError) in try partial.fill(bytes, ofSize: beginning.size) }
        }.get()
      }
      state = .open(partial)
      return partial
    }
  }

  /// The partial file if it is open. It is open in any case once all bytes of the file are confirmed.
  var openPartial: PartialFile? {
    state.withLock { if case .open(let partial) = $0 { partial } else { nil } }
  }

  /// Throws away what is here of the file, and refuses what is still to come.
  func abandon() {
    state.withLock { state in
      if case .open(let partial) = state { partial.discard() } else { store.discardPartial(of: id) }
      state = .abandoned
    }
  }

  func expect(size: UInt64) throws {
    try change { state throws(StorageError) in
      switch state {
      // Every holder that is asked says the size.
      case .inMemory(let beginning) where beginning.size == size: break
      case .unopened where size > 0 && size <= smallFile: state = .inMemory(Beginning(size: size))
      default: try store.expect(size, in: try open(&state))
      }
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws {
    let partial = try change { state throws(StorageError) -> PartialFile? in
      guard case .inMemory(var beginning) = state, beginning.takes(bytes, at: offset) else {
        return try open(&state)
      }
      // While the state holds them too, to append to the bytes would copy them.
      state = .unopened
      beginning.bytes.reserveCapacity(Int(beginning.size))
      beginning.bytes.append(contentsOf: bytes)
      state = .inMemory(beginning)
      return nil
    }
    // Outside of the lock, so that connections write at the same time.
    try typed { () throws(StorageError) in try partial?.write(bytes, at: offset) }
  }

  func confirm(_ range: Range<UInt64>) throws {
    let partial = try change { state throws(StorageError) -> PartialFile? in
      guard case .inMemory(var beginning) = state, range.lowerBound == beginning.confirmed else {
        return try open(&state)
      }
      beginning.confirmed = Int(range.upperBound)
      state = .inMemory(beginning)
      // Opening it writes and hashes what is in memory.
      if range.upperBound == beginning.size { _ = try open(&state) }
      return nil
    }
    guard let partial else { return }
    try typed { () throws(StorageError) in
      try partial.confirm(range)
      // To hash a small file here costs less than to wake another thread for it.
      if partial.isSmallAndComplete { try partial.finishHash() } else { store.followHash(of: partial) }
    }
  }

  /// Changes the state under its lock.
  private func change<T>(_ work: (inout State) throws(StorageError) -> T) throws -> T {
    try typed { () throws(StorageError) in
      try state.withLock { state throws(StorageError) in try work(&state) }
    }
  }

  /// Turns errors of storage into failures of the transfer.
  private func typed<T>(_ work: () throws(StorageError) -> T) throws -> T {
    do throws(StorageError) { return try work() } catch { throw TransferFailure(error) }
  }
}
