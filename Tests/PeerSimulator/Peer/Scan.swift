import PeerCore

/// What the store does at a start, and whenever something in `files/` may have changed.
extension Store {
  /// Finishes the placements that a crash interrupted, and removes partial files that nobody wants.
  static func recover(_ disk: Disk) {
    for name in Array(disk.tables.placements.keys) {
      disk.tables.placements[name]?.isOfThisRun = false
      guard let placement = disk.tables.placements[name], !placement.partial.isEmpty,
        let inode = disk.partial.names[placement.partial]
      else { continue }
      var free = name
      var number = 1
      while let taken = disk.files.names[free], taken != inode {
        number += 1
        free = "\(name) (\(number))"
      }
      disk.files.names[free] = inode
      disk.tables.placements[name] = nil
      disk.tables.placements[free] = Tables.Placement(
        id: placement.id, partial: "", inode: inode, isOfThisRun: false)
    }
    disk.files.sync()
    for name in Array(disk.partial.names.keys) {
      if let id = Partial.id(ofName: name), disk.tables.wanted[id] != nil { continue }
      disk.partial.names[name] = nil
    }
    disk.partial.sync()
    disk.sweep()
  }

  /// Compares `files/` with the catalogue.
  func scan(_ done: @escaping (_ found: [StoredFile], _ gone: [FileID]) -> Void) {
    read { [self] in
      var scan = ScanOfFiles(store: self)
      scan.run()
      done(scan.found, scan.gone)
    } failed: { _ in
      done([], [])
    }
  }
}

/// One look at `files/`: what the engine's `Scan` does, but at one instant.
private struct ScanOfFiles {
  let store: Store
  var found: [StoredFile] = []
  var gone: [FileID] = []
  private var touched: [FileID] = []
  private var before: [FileID: LocalCopy?] = [:]

  init(store: Store) { self.store = store }

  mutating func run() {
    let disk = store.disk
    for (name, inode) in Array(disk.files.names) where !store.isInPlacement(name) {
      guard let node = disk.nodes[inode] else { continue }
      let copy = LocalCopy(storedName: name, size: UInt64(node.bytes.count), modified: node.modified)
      if disk.tables.copies[name]?.copy != copy { examine(name, inode, node, copy) }
    }
    for (name, row) in Array(disk.tables.copies) where !store.matches(row.copy) {
      touch(row.id)
      disk.tables.copies[name] = nil
    }
    for (name, placement) in Array(disk.tables.placements)
    where !placement.isOfThisRun && disk.files.names[name] == nil {
      disk.tables.placements[name] = nil
    }
    settle()
  }

  private mutating func touch(_ id: FileID) {
    guard before[id] == nil else { return }
    touched.append(id)
    before[id] = .some(store.disk.tables.copies(of: id).first { !$0.isDuplicate }?.copy)
  }

  private mutating func examine(_ name: String, _ inode: UInt64, _ node: Disk.Node, _ copy: LocalCopy) {
    let disk = store.disk
    let old = disk.tables.copies[name]
    guard let entry = identify(name, inode, node) else { return }
    if let old { touch(old.id) }
    touch(entry.id)
    if disk.tables.rows[entry.id] == nil {
      disk.tables.rows[entry.id] = Tables.Row(entry: entry, firstSeen: store.now)
    }
    disk.tables.copies[name] = Tables.CopyRow(id: entry.id, copy: copy, isDuplicate: true)
    disk.tables.placements[name] = nil
  }

  /// What a file is: what it was before, what there is a receipt of, or else a new file of ours. `nil` if a crash has
  /// spoilt it.
  private func identify(_ name: String, _ inode: UInt64, _ node: Disk.Node) -> FileEntry? {
    let disk = store.disk
    if let id = disk.tables.copies[name]?.id, let known = disk.tables.rows[id]?.entry,
      Content.verifies(node.bytes, known)
    {
      return known
    }
    for receipt in disk.tables.receipts
    where receipt.storedName == name || receipt.entry.sizeBytes == UInt64(node.bytes.count) {
      if Content.verifies(node.bytes, receipt.entry) { return receipt.entry }
    }
    if let placement = disk.tables.placements[name], placement.inode == inode, !placement.isOfThisRun {
      disk.files.names[name] = nil
      disk.tables.placements[name] = nil
      return nil
    }
    let seconds = Lexeme(node.modified / 1_000_000_000)
    let id = Content.id(node.bytes, seconds.text)
    return disk.tables.rows[id]?.entry
      ?? FileEntry(
        id: id, name: name, owner: store.ownerText, timestamp: seconds,
        bytes: UInt64(node.bytes.count))
  }

  private mutating func settle() {
    let disk = store.disk
    disk.files.sync()
    for id in touched {
      let old = before[id] ?? nil
      guard let first = disk.tables.copies(of: id).first else {
        if old != nil { gone.append(id) }
        continue
      }
      disk.tables.copies[first.copy.storedName]?.isDuplicate = false
      if first.copy != old, let entry = disk.tables.rows[id]?.entry {
        found.append(StoredFile(entry: entry, copy: first.copy, firstSeen: store.now))
      }
    }
  }
}
