import OrderedCollections

/// The files that were deleted, so that late gossip does not bring them back (PROTOCOL.md, "Catalogue").
///
/// Others' and ours have a bound each: a stranger can list any number of files as its own and delete them again, and
/// must not drive out what we have withdrawn.
struct Tombstones {
  private let owner: String
  private let limit: Int
  /// The oldest first.
  private var ours: OrderedDictionary<FileID, Tombstone> = [:]
  private var others: OrderedDictionary<FileID, Tombstone> = [:]

  /// - Parameters:
  ///   - owner: ourselves.
  ///   - limit: of ours, and of others'.
  init(owner: PeerID, limit: Int) {
    self.owner = owner.text
    self.limit = limit
  }

  /// Of the larger part, which has the bound.
  var count: Int { max(ours.count, others.count) }

  var values: some Collection<Tombstone> { Array(ours.values) + others.values }

  subscript(id: FileID) -> Tombstone? { ours[id] ?? others[id] }

  /// - Returns: the oldest of its part, if it had to make room.
  mutating func insert(_ tombstone: Tombstone) -> Tombstone? {
    tombstone.owner == owner
      ? Self.insert(tombstone, into: &ours, limit) : Self.insert(tombstone, into: &others, limit)
  }

  private static func insert(
    _ tombstone: Tombstone, into part: inout OrderedDictionary<FileID, Tombstone>, _ limit: Int
  ) -> Tombstone? {
    part[tombstone.id] = tombstone
    return part.count > limit ? part.removeFirst().value : nil
  }

  /// - Returns: whether it was there.
  mutating func remove(_ id: FileID) -> Bool {
    ours.removeValue(forKey: id) != nil || others.removeValue(forKey: id) != nil
  }
}
