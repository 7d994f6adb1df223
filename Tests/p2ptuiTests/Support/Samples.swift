import PeerCore

/// An id that begins with these digits; the rest are zeros.
func id(_ prefix: String) -> FileID {
  FileID(hex: prefix + String(repeating: "0", count: 64 - prefix.count))!
}

func file(
  _ prefix: String, _ name: String, owner: String = "alice", size: UInt64 = 17, stored: String? = nil,
  holders: [UInt32] = []
) -> FileRecord {
  FileRecord(
    entry: FileEntry(
      id: id(prefix), name: name, owner: owner, timestamp: Lexeme(1_744_170_562),
      size: Lexeme(Double(size) / 1_048_576), sizeBytes: size),
    holders: holders.map { PeerHandle($0) },
    copy: stored.map { LocalCopy(storedName: $0, size: size, modified: 0) })
}

func snapshot(
  _ files: [FileRecord] = [], peers: [PeerView] = [], transfers: [TransferView] = [],
  log: [LogEntry] = []
) -> Snapshot {
  Snapshot(
    me: LocalPeer(
      peerID: PeerID("me"), endpoint: Endpoint(host: "localhost", port: 8040),
      pageURL: "http://localhost:8041/", httpPort: 8041, version: "0.1.0", started: 1_000_000,
      filesPath: "/home/me/files"),
    taken: Moment(uptime: 100_000, wall: 1_065_000), peers: peers, files: FileTable(files),
    filesLocal: files.count { $0.copy != nil }, transfers: transfers, log: log)
}

func peer(_ number: UInt32, _ id: String, port: Int = 8999, lastSeen: Int64 = 96_000) -> PeerView {
  PeerView(
    handle: PeerHandle(number), id: PeerID(id), endpoint: Endpoint(host: "\(id).test", port: port),
    lastSeen: lastSeen, files: 2, failures: 0)
}
