import OrderedCollections
import PeerCore

/// A disk: what a file system and a catalogue hold, and what of that a loss of power would leave.
///
/// A write to the catalogue or to the journal is whole, and synced as soon as it is made. Bytes and names of files are
/// not, until somebody syncs them (docs/adr/0001-what-is-synced-when.md).
final class Disk {
  struct Node {
    var bytes: [UInt8]
    var isSynced = false
    /// Nanoseconds since 1970-01-01 UTC.
    var modified: Int64
  }

  struct Directory {
    var names: OrderedDictionary<String, UInt64> = [:]
    var synced: OrderedDictionary<String, UInt64> = [:]

    mutating func sync() { synced = names }
  }

  var nodes: [UInt64: Node] = [:]
  private var lastInode: UInt64 = 0
  var files = Directory()
  var partial = Directory()
  /// Which bytes of partial files are there, by inode, as the maps beside them say.
  var maps: [UInt64: (size: UInt64, complete: RangeSet<UInt64>)] = [:]
  var tables = Tables()
  var journal: [Receipt] = []
  /// How many bytes it holds.
  var capacity = Int.max
  var isFailing = false

  var used: Int {
    (Array(files.names.values) + Array(partial.names.values))
      .reduce(0) { $0 + (nodes[$1]?.bytes.count ?? 0) }
  }

  func create(_ bytes: [UInt8] = [], at wall: Int64) -> UInt64 {
    lastInode += 1
    nodes[lastInode] = Node(bytes: bytes, modified: wall * 1_000_000)
    return lastInode
  }

  /// - Parameter room: how many further bytes are to be written.
  /// - Throws: why the disk would refuse that now.
  func check(room: Int = 0) throws(TransferFailure) {
    if isFailing { throw .disk("input/output error") }
    if room > 0, used + room > capacity { throw .diskFull }
  }

  // MARK: Ends of a run

  /// The machine loses its power. Some of what was not synced is lost, some is not.
  func losePower(_ random: inout RandomSource, _ lost: () -> Void) {
    for directory in [\Disk.files, \Disk.partial] {
      let now = self[keyPath: directory].names
      let synced = self[keyPath: directory].synced
      for (name, inode) in now where synced[name] != inode && Bool.random(using: &random) {
        self[keyPath: directory].names[name] = synced[name]
        lost()
      }
      for (name, inode) in synced where now[name] == nil && Bool.random(using: &random) {
        self[keyPath: directory].names[name] = inode
        lost()
      }
      self[keyPath: directory].sync()
    }
    for inode in nodes.keys.sorted() where nodes[inode]?.isSynced == false && Bool.random(using: &random) {
      guard let count = nodes[inode]?.bytes.count, count > 0 else { continue }
      let from = Int.random(in: 0..<count, using: &random)
      let to = Int.random(in: from..<count, using: &random)
      for index in from...to { nodes[inode]?.bytes[index] = 0 }
      lost()
    }
    sweep()
  }

  /// Bytes without a name are gone, as nobody has them open any longer.
  func sweep() {
    let named = Set(files.names.values).union(partial.names.values).union(files.synced.values)
      .union(partial.synced.values)
    nodes = nodes.filter { named.contains($0.key) }
    maps = maps.filter { nodes[$0.key] != nil }
  }
}

/// What a received file is, written down before it has a name.
struct Receipt {
  var entry: FileEntry
  var storedName: String
}

/// The tables of the catalogue on disk. A change of several of them is always whole.
struct Tables {
  struct Row {
    var entry: FileEntry
    var firstSeen: Int64
  }

  struct CopyRow {
    var id: FileID
    var copy: LocalCopy
    var isDuplicate = false
  }

  struct Placement {
    var id: FileID
    var partial: String
    var inode: UInt64
    var isOfThisRun = true
  }

  var rows: OrderedDictionary<FileID, Row> = [:]
  var tombstones: OrderedDictionary<FileID, Tombstone> = [:]
  var wanted: OrderedDictionary<FileID, WantedFile> = [:]
  /// By name in `files/`.
  var copies: OrderedDictionary<String, CopyRow> = [:]
  var placements: OrderedDictionary<String, Placement> = [:]
  var receipts: [Receipt] = []

  /// The copy of a file and its duplicates, the copy first.
  func copies(of id: FileID) -> [CopyRow] {
    copies.values.filter { $0.id == id }
      .sorted { ($0.isDuplicate ? 1 : 0, $0.copy.storedName) < ($1.isDuplicate ? 1 : 0, $1.copy.storedName) }
  }

  mutating func apply(_ change: CatalogueChange) {
    switch change {
    case .describe(let entry, let firstSeen): rows[entry.id] = Row(entry: entry, firstSeen: firstSeen)
    case .remove(let id):
      rows[id] = nil
      copies.removeAll { $0.value.id == id }
    case .bury(let tombstone): tombstones[tombstone.id] = tombstone
    case .exhume(let id): tombstones[id] = nil
    case .want(let file): wanted[file.id] = file
    case .unwant(let id): wanted[id] = nil
    }
  }

  var remembered: Remembered {
    Remembered(
      files: rows.values.map { row in
        StoredFile(
          entry: row.entry, copy: copies(of: row.entry.id).first { !$0.isDuplicate }?.copy,
          firstSeen: row.firstSeen)
      },
      tombstones: Array(tombstones.values),
      wanted: wanted.values.sorted { $0.rank < $1.rank })
  }
}
