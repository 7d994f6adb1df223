import PeerCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Sharing a file from anywhere (`push`).
extension HomeStore {
  /// Bytes that are read at once.
  static let chunk = 1 << 20

  /// Copies a file into `files/`, in bounded memory, and makes it a file of ours. One that lies in `files/` already is
  /// not copied: it becomes what a scan would make of it, with its own modification time.
  ///
  /// - Parameters:
  ///   - path: the absolute path of a regular file.
  ///   - timestamp: seconds since 1970-01-01 UTC. It becomes a part of the id.
  ///   - owner: this peer.
  /// - Throws: `StorageError`; `changed` if the file changed while it was read.
  public func importFile(
    path: String, timestamp: Int64, owner: PeerID
  ) async throws(StorageError) -> (entry: FileEntry, copy: LocalCopy) {
    guard !path.isEmpty else { throw .emptyPath }
    if let name = try await onDisk({ () throws(StorageError) in try self.nameInFiles(path) }) {
      return try await onScanner { () throws(StorageError) in
        try self.registerInPlace(name, owner: owner)
      }
    }
    return try await onDisk { () throws(StorageError) in
      try self.copyIn(path, timestamp: timestamp, owner: owner)
    }
  }

  /// The name of a file that lies in `files/` where scans see it; `nil` for any other.
  private func nameInFiles(_ path: String) throws(StorageError) -> String? {
    let real = try Disk.realPath(path)
    let directory = try Disk.realPath(home.files) + "/"
    guard real.utf8.starts(with: directory.utf8) else { return nil }
    let name = String(real.dropFirst(directory.count))
    return name.utf8.contains(UInt8(ascii: "/")) || name.utf8.first == UInt8(ascii: ".") ? nil : name
  }

  private func copyIn(
    _ path: String, timestamp: Int64, owner: PeerID
  ) throws(StorageError) -> (entry: FileEntry, copy: LocalCopy) {
    let source = try OpenFile(path, O_RDONLY)
    let before = try source.look()
    try before.checkIsRegular(path)
    let partial = try beginPartial(expecting: before.size)
    try readAll(source) { bytes throws(StorageError) in try partial.append(bytes) }
    guard try source.look() == before, partial.size == before.size else { throw .changed(path: path) }
    let id = partial.digest(suffix: String(timestamp))
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let entry = FileEntry(
      id: id, name: StoredName.base(for: name, id: id), owner: owner.text,
      timestamp: Lexeme(timestamp), bytes: before.size)
    let copy = try placeKept(partial, as: entry, firstSeen: Disk.nowMilliseconds())
    let recorded = try catalogue.read { db in try Tables.entry(id, db) }
    return (recorded ?? entry, copy)
  }

  /// Hands out a file in chunks, up to its end.
  ///
  /// - Throws: `StorageError.closed` if the store is closed meanwhile.
  func readAll(
    _ file: OpenFile, _ body: (UnsafeRawBufferPointer) throws(StorageError) -> Void
  ) throws(StorageError) {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 16)
    defer { chunk.deallocate() }
    var offset: UInt64 = 0
    while true {
      try checkStopping()
      let count = try file.read(at: offset, into: chunk)
      if count == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
      offset += UInt64(count)
    }
  }
}
