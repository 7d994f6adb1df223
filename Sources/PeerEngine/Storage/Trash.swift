import GRDB
import PeerCore

/// Files that leave `files/` go to `trash/`, from where people can bring them back by hand.
extension HomeStore {
  /// How long a file stays in the trash, in milliseconds: 30 days.
  static let trashAge: Int64 = 30 * 24 * 3_600_000

  /// Moves a copy, and duplicates of it, out of `files/`. That the copy is no longer there is no error.
  ///
  /// - Throws: `StorageError.changed` if the file is not the one that was recorded. Then somebody has changed it, and
  ///   it stays: the next scan says what it is.
  public func trash(_ copy: LocalCopy, of id: FileID) async throws(StorageError) {
    try await onDisk { () throws(StorageError) in try self.moveToTrash(copy, of: id) }
  }

  private func moveToTrash(_ copy: LocalCopy, of id: FileID) throws(StorageError) {
    let rows = try catalogue.read { db in try Tables.copies(of: id, db) }
    let duplicates = rows.map(\.copy).filter { $0 != copy }
    for item in [copy] + duplicates {
      let path = home.file(item.storedName)
      guard let stat = try Disk.look(path) else { continue }
      guard stat.matches(item) else {
        if item == copy { throw .changed(path: path) }
        continue
      }
      try Disk.move(path, to: placeInTrash(for: item.storedName, of: id))
    }
    try Disk.syncDirectory(home.trash)
    try Disk.syncDirectory(home.files)
    try catalogue.write { db in
      for item in [copy] + duplicates { try Tables.forgetCopy(named: item.storedName, db) }
    }
  }

  /// A path in the trash that nothing has. Its name begins with the time, by which purging knows it.
  func placeInTrash(for storedName: String, of id: FileID) -> String {
    let name = "\(Disk.nowMilliseconds())-\(nextSerial())-\(storedName)"
    return "\(home.trash)/\(StoredName.base(for: name, id: id))"
  }

  /// Removes what has been in the trash for longer than `trashAge`. `now` is in milliseconds since 1970-01-01 UTC.
  static func purgeTrash(_ home: Home, now: Int64) throws(StorageError) {
    for name in try Disk.names(in: home.trash) {
      guard let name, let time = Int64(name.prefix { $0 != "-" }), now - time > trashAge else { continue }
      try Disk.removeFile("\(home.trash)/\(name)")
    }
  }
}
