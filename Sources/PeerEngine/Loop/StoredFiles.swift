import PeerCore

// The network knows files only as the protocols in Network/TransferFiles.swift. Here storage's files conform to them,
// and storage's errors become failures of transfers.

extension TransferFailure {
  init(_ error: StorageError) {
    if case .diskFull = error { self = .diskFull } else { self = .disk(error.description) }
  }
}

/// A file whose bytes are in a partial file: one that arrives unasked, or a download that is complete.
final class ArrivingFile: IncomingFile {
  let partial: PartialFile

  /// A download that is complete.
  init(_ partial: PartialFile) { self.partial = partial }

  /// A file that begins to arrive unasked.
  ///
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

extension ContentHash: BlockHasher {
  mutating func finish() -> FileID {
    defer { self = ContentHash() }
    return id(suffix: "")
  }
}
