import PeerCore

/// Joins the network's view of files with storage's.
extension TransferFailure {
  init(_ error: StorageError) {
    if case .diskFull = error { self = .diskFull } else { self = .disk(error.description) }
  }
}

/// An arriving file, in a partial file.
final class ArrivingFile: IncomingFile {
  let partial: PartialFile

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

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    do {
      return try file.read(at: offset, into: buffer)
    } catch {
      throw TransferFailure(error)
    }
  }
}
