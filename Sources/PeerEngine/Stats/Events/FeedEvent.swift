import PeerCore

/// One server-sent event: a kind, and what has changed as JSON (docs/openapi.json, `/api/v1/events`).
struct FeedEvent: Sendable, Equatable {
  enum Kind: String, Sendable, CaseIterable { case status, peers, files, transfers, log }

  /// The most changed entries in one event. If there are more, the reader is told to ask for the list.
  static let entries = 100
  /// The most lines of the log in one event: readers want them all, and there are few a second.
  static let logEntries = 500

  let kind: Kind
  let data: JSONValue

  /// The event as it goes over the wire. Its JSON is one line of ASCII, so that it needs only one `data:`.
  func bytes(id: String?) -> [UInt8] {
    var bytes = Array("event: \(kind.rawValue)\n".utf8)
    if let id { bytes.append(contentsOf: "id: \(id)\n".utf8) }
    bytes.append(contentsOf: "data: ".utf8)
    data.write(to: &bytes)
    bytes.append(contentsOf: "\n\n".utf8)
    return bytes
  }
}

/// What there is to tell of the step from one snapshot to a later one; without an older one, the present state.
struct FeedChanges {
  let old: Snapshot?
  let new: Snapshot

  /// The events, at most one of each kind.
  var events: [FeedEvent] {
    let told: [(FeedEvent.Kind, JSONValue?)] = [
      (.status, status), (.peers, peers), (.files, files), (.transfers, transfers), (.log, log),
    ]
    return told.compactMap { kind, data in data.map { FeedEvent(kind: kind, data: $0) } }
  }

  private var status: JSONValue? {
    guard let old else { return new.statusJSON }
    var former = old
    // That time has passed is no news.
    former.taken = new.taken
    guard former.statusJSON != new.statusJSON else { return nil }
    return new.statusJSON
  }

  private var peers: JSONValue? {
    let former = Dictionary(uniqueKeysWithValues: (old?.peers ?? []).map { ($0.handle, $0) })
    let changed = new.peers.filter { former[$0.handle] != $0 }
    let present = Set(new.peers.map(\.handle))
    let gone = (old?.peers ?? []).filter { !present.contains($0.handle) }
    guard old == nil || !changed.isEmpty || !gone.isEmpty else { return nil }
    let isComplete = changed.count <= FeedEvent.entries && gone.count <= FeedEvent.entries
    return [
      "peers": .array(changed.prefix(FeedEvent.entries).map { new.json($0) }),
      "gone": .array(gone.prefix(FeedEvent.entries).map { .string($0.id.text) }),
      "complete": .bool(isComplete),
    ]
  }

  private var files: JSONValue? {
    guard let old else { return files(changed: [], gone: [], isComplete: new.files.count == 0) }
    guard old.filesRevision != new.filesRevision else { return nil }
    // One more than fits is enough to know that there are more.
    let slots = new.files.slots(changedSince: old.files)
    let most = FeedEvent.entries + 1
    let changed = Array(slots.lazy.compactMap { new.files[$0] }.prefix(most))
    let gone = Array(slots.lazy.compactMap { goneFile(in: $0, since: old) }.prefix(most))
    return files(changed: changed, gone: gone, isComplete: max(changed.count, gone.count) < most)
  }

  private func goneFile(in slot: FileTable.Slot, since old: Snapshot) -> FileID? {
    guard let id = old.files[slot]?.entry.id, new.files[slot]?.entry.id != id else { return nil }
    return id
  }

  private func files(changed: [FileRecord], gone: [FileID], isComplete: Bool) -> JSONValue {
    [
      "files": .array(changed.prefix(FeedEvent.entries).map { new.json($0) }),
      "gone": .array(gone.prefix(FeedEvent.entries).map { .string($0.hex) }),
      "complete": .bool(isComplete),
      "total": .integer(Int64(new.files.count)),
    ]
  }

  /// All transfers if any has changed, since they are few and their order counts.
  private var transfers: JSONValue? {
    guard old?.transfers != new.transfers else { return nil }
    return [
      "transfers": .array(new.transfers.prefix(FeedEvent.entries).map { new.json($0) }),
      "complete": .bool(new.transfers.count <= FeedEvent.entries),
    ]
  }

  private var log: JSONValue? {
    let last = old?.log.last?.seq ?? 0
    let entries = new.log.reversed().prefix { $0.seq > last }.prefix(FeedEvent.logEntries).reversed()
    guard old == nil || !entries.isEmpty else { return nil }
    return ["entries": .array(entries.map(\.json)), "next": .unsigned(new.log.last?.seq ?? 0)]
  }
}
