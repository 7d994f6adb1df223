import PeerCore

/// The block lists of files that are here. Each is made when it is first asked for, and remembered for those who ask
/// next (PROTOCOL.md, "Extension").
actor BlockLists {
  /// How many hashes are remembered: 32 MiB of them, those of 1 TiB of files. Whoever asks again and again has no file
  /// that is among them hashed a second time.
  private static let capacity: UInt64 = 1 << 20

  private let store: HomeStore
  private var lists: [(copy: LocalCopy, list: Task<BlockList?, Never>)] = []
  /// How many hashes the lists have, as `weight` counts them.
  private var hashes: UInt64 = 0

  init(store: HomeStore) { self.store = store }

  /// `nil` if the file cannot be read.
  func list(of file: FileID, _ copy: LocalCopy) async -> BlockList? {
    if let known = lists.first(where: { $0.copy == copy }) { return await known.list.value }
    let task = Task { [store] in try? await store.blockList(of: copy) }
    lists.append((copy, task))
    hashes += Self.weight(copy)
    while hashes > Self.capacity, lists.count > 1 { forget(0) }
    let list = await task.value
    // A failure may have been a passing one.
    if list == nil, let index = lists.firstIndex(where: { $0.copy == copy }) { forget(index) }
    return list
  }

  private func forget(_ index: Int) { hashes -= Self.weight(lists.remove(at: index).copy) }

  /// What a list costs beside its hashes counts as 64 of them, so that many small files are bounded too.
  private static func weight(_ copy: LocalCopy) -> UInt64 { 64 + BlockList.count(ofSize: copy.size) }
}
