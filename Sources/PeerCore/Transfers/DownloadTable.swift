import OrderedCollections

/// The queue of downloads, in order, and grouped by what they are doing, so that a step costs the same, however many
/// wait.
struct DownloadTable {
  /// What a download is doing, as far as the queue cares.
  enum Standing: Hashable {
    case queued
    /// It occupies one of the slots of `--downloads`.
    case running
    /// All its bytes are here, and are being verified and kept.
    case ending
    case waiting
    case paused
  }

  private var table: [FileID: Download] = [:]
  /// All downloads by priority, then by rank.
  private(set) var order: [FileID] = []
  /// The queued ones among them, in the same order.
  private(set) var queue: [FileID] = []
  private var standings: [Standing: OrderedSet<FileID>] = [:]
  private var lastRank: Int64 = 0

  var count: Int { table.count }
  var nextRank: Int64 { lastRank + 1 }

  subscript(file: FileID) -> Download? { table[file] }

  /// Without a copy.
  func look<R>(at file: FileID, _ read: (borrowing Download) -> R) -> R? {
    table.index(forKey: file).map { read(table.values[$0]) }
  }

  /// Those that are doing that, in the order in which they began to.
  func files(_ standing: Standing) -> OrderedSet<FileID> { standings[standing] ?? [] }

  mutating func insert(_ download: Download) {
    lastRank = max(lastRank, download.rank)
    table[download.file] = download
    order.insert(download.file, at: place(of: download, in: order))
    if download.standing == .queued { queue.insert(download.file, at: place(of: download, in: queue)) }
    standings[download.standing, default: []].append(download.file)
  }

  @discardableResult
  mutating func remove(_ file: FileID) -> Download? {
    guard let download = table[file] else { return nil }
    order.remove(at: place(of: download, in: order))
    if download.standing == .queued { queue.remove(at: place(of: download, in: queue)) }
    standings[download.standing]?.remove(file)
    table[file] = nil
    return download
  }

  mutating func update(_ file: FileID, _ change: (inout Download) -> Void) {
    guard let index = table.index(forKey: file) else { return }
    let before = Key(table.values[index])
    change(&table.values[index])
    let after = Key(table.values[index])
    if before == after { return }
    if before.standing != after.standing {
      standings[before.standing]?.remove(file)
      standings[after.standing, default: []].append(file)
    }
    // Those that leave the queue are among its first, as a rule.
    if before.standing == .queued, let place = queue.firstIndex(of: file) { queue.remove(at: place) }
    if after.standing == .queued { queue.insert(file, at: place(of: table.values[index], in: queue)) }
    guard (before.priority, before.rank) != (after.priority, after.rank) else { return }
    lastRank = max(lastRank, after.rank)
    order.removeAll { $0 == file }
    order.insert(file, at: place(of: table.values[index], in: order))
  }

  /// What a download's place and group follow from.
  private struct Key: Equatable {
    let priority: TransferPriority
    let rank: Int64
    let standing: Standing

    init(_ download: borrowing Download) {
      priority = download.priority
      rank = download.rank
      standing = download.standing
    }
  }

  /// The place of a download among some in their order, whether it is there already or not.
  private func place(of download: borrowing Download, in order: [FileID]) -> Int {
    let (priority, rank, file) = (download.priority, download.rank, download.file)
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      guard let index = table.index(forKey: order[middle]) else { return middle }
      let other = Key(table.values[index])
      if (other.priority, other.rank, order[middle]) < (priority, rank, file) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// All downloads as people are shown them, in order.
  func views(name: (FileID) -> String) -> [TransferView] {
    order.compactMap { file in
      table.index(forKey: file).map { table.values[$0].view(name: name(file)) }
    }
  }
}

extension Download {
  var standing: DownloadTable.Standing {
    switch state {
    case .queued: .queued
    case .opening, .active: .running
    case .verifying, .keeping, .absorbed: .ending
    case .waiting: .waiting
    case .paused: .paused
    }
  }
}
