import OrderedCollections

/// The files that were deleted, so that late gossip does not bring them back (PROTOCOL.md, "Catalogue").
///
/// Those of our files and those of others' have a bound each: a stranger can list any number of files as its own and
/// delete them again, and must not make us forget what we have withdrawn.
struct Tombstones {
  private let owner: String
  private let limit: Int
  /// Those of our own files, the oldest first.
  private var ours: OrderedDictionary<FileID, Tombstone> = [:]
  /// Those of others' files, the oldest first.
  private var others: OrderedDictionary<FileID, Tombstone> = [:]

  /// - Parameters:
  ///   - owner: ourselves.
  ///   - limit: how many there may be of our files, and as many again of others'.
  init(owner: PeerID, limit: Int) {
    self.owner = owner.text
    self.limit = limit
  }

  /// How many there are of our files or of others', whichever are more: the bound is for each.
  var count: Int { max(ours.count, others.count) }

  var values: some Collection<Tombstone> { Array(ours.values) + others.values }

  subscript(id: FileID) -> Tombstone? { ours[id] ?? others[id] }

  /// - Returns: the tombstone that has made room, if one had to.
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
