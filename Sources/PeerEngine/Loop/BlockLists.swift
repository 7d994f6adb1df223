import PeerCore

/// The block hashes of files that are here, made when they are first asked for and remembered for those who
/// ask next (PROTOCOL.md, "Extension").
actor BlockLists {
  /// Lists that are remembered: of the largest files 2 MiB each.
  private static let capacity = 16

  private let store: HomeStore
  private var lists: [(copy: LocalCopy, list: Task<BlockList?, Never>)] = []

  init(store: HomeStore) { self.store = store }

  /// `nil` if the file can't be read.
  func list(of file: FileID, _ copy: LocalCopy) async -> BlockList? {
    if let known = lists.first(where: { $0.copy == copy }) { return await known.list.value }
    let task = Task { [store] in try? await store.blockList(of: copy) }
    lists.append((copy, task))
    if lists.count > Self.capacity { lists.removeFirst() }
    let list = await task.value
    // A failure may have been a passing one.
    if list == nil { lists.removeAll { $0.copy == copy } }
    return list
  }
}
