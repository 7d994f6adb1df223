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

/// A download that runs, in a partial file that is opened when it is needed first: for a small file once all of it
/// is here, so that it is made, written and hashed in one go.
final class RunningDownload: DownloadTarget {
  private enum State {
    case unopened
    case inMemory(Beginning)
    case open(PartialFile)
    case abandoned
  }

  /// What is here of a small file.
  private struct Beginning {
    let size: UInt64
    var bytes: [UInt8] = []
    /// Those of them that count.
    var confirmed = 0

    func takes(_ more: UnsafeRawBufferPointer, at offset: UInt64) -> Bool {
      offset == bytes.count && UInt64(bytes.count + more.count) <= size
    }
  }

  private let id: FileID
  private let store: HomeStore
  /// Bytes of a file that is kept in memory until it is whole.
  private let smallFile: UInt64
  private let state = Mutex(State.unopened)

  init(_ id: FileID, in store: HomeStore, smallFile: UInt64) {
    self.id = id
    self.store = store
    self.smallFile = smallFile
  }

  /// Blocks where it has to be opened.
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
    try change { state throws(StorageError) in
      switch state {
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
      state = .unopened  // so that the bytes are not copied
      beginning.bytes.reserveCapacity(Int(beginning.size))
      beginning.bytes.append(contentsOf: bytes)
      state = .inMemory(beginning)
      return nil
    }
    try typed { () throws(StorageError) in try partial?.write(bytes, at: offset) }
  }

  func confirm(_ range: Range<UInt64>) throws {
    let partial = try change { state throws(StorageError) -> PartialFile? in
      guard case .inMemory(var beginning) = state, range.lowerBound == beginning.confirmed else {
        return try open(&state)
      }
      beginning.confirmed = Int(range.upperBound)
      state = .inMemory(beginning)
      if range.upperBound == beginning.size { _ = try open(&state) }
      return nil
    }
    guard let partial else { return }
    try typed { () throws(StorageError) in
      try partial.confirm(range)
      if partial.isSmallAndComplete { try partial.finishHash() } else { store.followHash(of: partial) }
    }
  }

  private func change<T>(_ work: (inout State) throws(StorageError) -> T) throws -> T {
    try typed { () throws(StorageError) in
      try state.withLock { state throws(StorageError) in try work(&state) }
    }
  }

  private func typed<T>(_ work: () throws(StorageError) -> T) throws -> T {
    do throws(StorageError) { return try work() } catch { throw TransferFailure(error) }
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
