import PeerCore
import Synchronization

/// Answers of the latest queries: with many visitors who look at the same page every 2 seconds, a large
/// catalogue is searched and sorted once for each change, not once for each visitor.
final class QueryCache: Sendable {
  /// Queries remembered: each costs 8 bytes a file.
  private static let size = 4

  private struct Entry {
    let query: FileQuery
    let revision: UInt64
    let slots: [FileTable.Slot]
  }

  /// The latest one last.
  private let entries = Mutex<[Entry]>([])

  func slots(_ query: FileQuery, in snapshot: Snapshot) -> [FileTable.Slot] {
    let known = entries.withLock { entries in
      entries.first { $0.query == query && $0.revision == snapshot.filesRevision }?.slots
    }
    if let known { return known }
    let slots = query.slots(in: snapshot.files)
    entries.withLock { entries in
      entries.removeAll { $0.query == query || $0.revision != snapshot.filesRevision }
      if entries.count == Self.size { entries.removeFirst() }
      entries.append(Entry(query: query, revision: snapshot.filesRevision, slots: slots))
    }
    return slots
  }
}
