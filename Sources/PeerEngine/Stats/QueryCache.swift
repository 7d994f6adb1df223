import PeerCore

/// The answers to the latest queries. With many visitors who look at the same page every 2 seconds, a large catalogue
/// is searched and sorted once for each change, not once for each visitor.
struct QueryCache {
  /// How many queries are remembered: each takes 8 bytes for each file that it has found.
  private static let size = 4

  private struct Entry {
    let query: FileQuery
    let revision: UInt64
    let slots: [FileTable.Slot]
  }

  /// The latest one last.
  private var entries: [Entry] = []

  mutating func slots(_ query: FileQuery, in snapshot: Snapshot) -> [FileTable.Slot] {
    let revision = snapshot.filesRevision
    if let known = entries.first(where: { $0.query == query && $0.revision == revision }) {
      return known.slots
    }
    let slots = query.slots(in: snapshot.files, peers: snapshot.peers)
    entries.removeAll { $0.query == query || $0.revision != revision }
    if entries.count == Self.size { entries.removeFirst() }
    entries.append(Entry(query: query, revision: revision, slots: slots))
    return slots
  }
}
