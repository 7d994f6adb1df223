import PeerCore
import Synchronization

/// Joins the network's view of files with storage's.
extension TransferFailure {
  init(_ error: StorageError) {
    if case .diskFull = error { self = .diskFull } else { self = .disk(error.description) }
  }
}

/// An arriving file, in a partial file.
final class ArrivingFile: IncomingFile {
  let partial: PartialFile

  /// A download whose bytes are all there.
  init(_ partial: PartialFile) { self.partial = partial }

  /// - Throws: `TransferFailure` of the disk.
  init(in store: HomeStore) throws {
    do {
      partial = try store.beginPartial()
    } catch {
      throw TransferFailure(error)
    }
  }

  var size: UInt64 { partial.size }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    do {
      try partial.append(bytes)
    } catch {
      throw TransferFailure(error)
    }
  }

  func digest(suffix: String) -> FileID { partial.digest(suffix: suffix) }
  func discard() { partial.discard() }
}

/// A download that runs, in a partial file that is opened when it is needed first.
final class RunningDownload: DownloadTarget {
  private enum State {
    case unopened
    case open(PartialFile)
    case abandoned
  }

  private let id: FileID
  private let store: HomeStore
  private let state = Mutex(State.unopened)

  init(_ id: FileID, in store: HomeStore) {
    self.id = id
    self.store = store
  }

  /// Blocks where it has to be opened.
  func partial() throws(StorageError) -> PartialFile {
    try state.withLock { state throws(StorageError) in
      switch state {
      case .open(let partial): return partial
      case .abandoned: throw .closed
      case .unopened:
        let partial = try store.openPartial(of: id)
        state = .open(partial)
        return partial
      }
    }
  }

  /// Once its bytes are there, nobody is opening it.
  var openPartial: PartialFile? {
    state.withLock { if case .open(let partial) = $0 { partial } else { nil } }
  }

  /// Throws away what is here of it, and what is still to be written.
  func abandon() {
    state.withLock { state in
      if case .open(let partial) = state { partial.discard() } else { store.discardPartial(of: id) }
      state = .abandoned
    }
  }

  func expect(size: UInt64) throws {
    try typed { () throws(StorageError) in try store.expect(size, in: partial()) }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws {
    try typed { () throws(StorageError) in try partial().write(bytes, at: offset) }
  }

  func confirm(_ range: Range<UInt64>) throws {
    try typed { () throws(StorageError) in
      let partial = try partial()
      try partial.confirm(range)
      if partial.isSmallAndComplete { try partial.finishHash() } else { store.followHash(of: partial) }
    }
  }

  private func typed(_ work: () throws(StorageError) -> Void) throws {
    do throws(StorageError) { try work() } catch { throw TransferFailure(error) }
  }
}

extension ContentHash: BlockHasher {
  mutating func finish() -> FileID {
    defer { self = ContentHash() }
    return id(suffix: "")
  }
}

/// A copy in `files/` that is being sent.
struct LeavingFile: OutgoingFile {
  private let file: ReadableFile

  /// - Throws: `TransferFailure` of the disk.
  init(_ copy: LocalCopy, in store: HomeStore) throws {
    do {
      file = try store.openCopy(copy)
    } catch {
      throw TransferFailure(error)
    }
  }

  var size: UInt64 { file.size }

  func beginReading(_ range: Range<UInt64>) { file.beginReading(range) }

  func duplicateDescriptor() throws -> Int32 {
    do {
      return try file.duplicateDescriptor()
    } catch {
      throw TransferFailure(error)
    }
  }

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    do {
      return try file.read(at: offset, into: buffer)
    } catch {
      throw TransferFailure(error)
    }
  }
}
