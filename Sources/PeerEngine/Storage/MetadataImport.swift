import PeerCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Taking over `metadata.json` of the original system, once.
extension HomeStore {
  /// The most bytes of a `metadata.json`: room for some 200,000 entries.
  static let longestMetadata: UInt64 = 64 << 20
  private static let imported = "metadata.json imported"

  /// The content of `metadata.json` in the home; `nil` if there is none, or it was imported before.
  ///
  /// - Throws: `StorageError`, also if it is longer than `longestMetadata`.
  public func metadataToImport() async throws(StorageError) -> [UInt8]? {
    let path = home.path + "/metadata.json"
    return try await onDisk { () throws(StorageError) in
      let done = try self.catalogue.read { db in try Tables.note(Self.imported, db) }
      guard done == nil, let stat = try Disk.look(path) else { return nil }
      guard stat.size <= Self.longestMetadata else {
        throw .io(path: path, doing: "import", reason: "it is larger than 64 MiB")
      }
      let file = try OpenFile(path, O_RDONLY)
      try file.look().checkIsRegular(path)
      var bytes: [UInt8] = []
      try self.readAll(file) { bytes.append(contentsOf: $0) }
      return bytes
    }
  }

  /// Adds the entries that the catalogue does not know, and remembers that this was done. To be called with what
  /// `metadataToImport` has held, before `load` and the first `scan`: a file in `files/` whose bytes verify against one
  /// of the entries is then our copy of it, not a file of our own.
  ///
  /// - Parameters:
  ///   - entries: those of `metadata.json`.
  ///   - now: milliseconds since 1970-01-01 UTC.
  public func importMetadata(entries: [FileEntry], now: Int64) async throws(StorageError) {
    try await catalogue.enqueue { db in
      for entry in entries {
        if try Tables.entry(entry.id, db) == nil { try Tables.describe(entry, firstSeen: now, db) }
        if try Tables.receipt(entry.id, db) == nil {
          let name = StoredName.base(for: entry.name, id: entry.id)
          try Tables.record(Receipt(entry: entry, firstSeen: now, storedName: name), db)
        }
      }
      try Tables.setNote(Self.imported, "yes", db)
    }
  }
}
