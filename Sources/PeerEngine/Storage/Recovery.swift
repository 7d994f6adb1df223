import GRDB
import PeerCore

/// What a crash has left in `partial/`, put in order when a home is opened.
extension HomeStore {
  /// Finishes the placements that a crash interrupted: a partial file whose placement was recorded was complete and
  /// synced, so it gets its name. What the file is counts only after the next scan has hashed it. Then removes the
  /// partial files that no wanted download goes on with.
  static func recover(_ home: Home, _ catalogue: Catalogue) throws(StorageError) {
    let placements = try catalogue.write { db in
      try Tables.endPlacements(db)
      return try Tables.unfinishedPlacements(db)
    }
    for placement in placements where !placement.partial.isEmpty {
      let partial = "\(home.partial)/\(placement.partial)"
      guard let inode = try Disk.look(partial)?.inode else { continue }
      let name = try finish(placement, partial, inode, home)
      try catalogue.write { db in
        try Tables.finish(placement, named: name, inode: inode, db)
        // The scan will say what the file is. If it stayed wanted, a download would fetch it and keep it a second time.
        try Tables.forgetWanted(placement.id, db)
      }
    }
    try Disk.syncDirectory(home.files)
    let wanted = try catalogue.read { db in try Set(Tables.wanted(db).map(\.id)) }
    for case let name? in try Disk.names(in: home.partial) {
      if let id = PartialFile.id(ofName: name), wanted.contains(id) { continue }
      try Disk.removeFile("\(home.partial)/\(name)")
    }
  }

  /// Gives a partial file the first of its names that is free, or finds the one that it got before the crash.
  ///
  /// - Returns: the name in `files/` that it has now.
  private static func finish(
    _ placement: Tables.Placement, _ partial: String, _ inode: UInt64, _ home: Home
  ) throws(StorageError) -> String {
    for number in 1...nameChoices {
      let name = StoredName.choice(number, of: placement.storedName)
      if try Disk.place(partial, at: home.file(name)) { return name }
      if try Disk.look(home.file(name))?.inode == inode { return name }
    }
    throw .io(path: home.file(placement.storedName), doing: "create", reason: "too many of this name")
  }
}
