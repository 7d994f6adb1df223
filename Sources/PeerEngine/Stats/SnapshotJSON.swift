import PeerCore

/// What a snapshot holds as JSON: one vocabulary for the HTTP API and for headless answers. Texts are given as they
/// were received; `JSONValue` writes them as harmless ASCII.
extension Snapshot {
  /// `/api/v1/status`.
  public var statusJSON: JSONValue {
    [
      "peer_id": .string(me.peerID.text),
      "host": .string(me.endpoint.host),
      "p2p_port": .integer(Int64(me.endpoint.port)),
      "http_port": me.httpPort.map { .integer(Int64($0)) } ?? .null,
      "version": .string(me.version),
      "started_at": .string(UTCTime(milliseconds: me.started).iso8601),
      "uptime_seconds": .number(uptimeSeconds),
      "peers": .integer(Int64(peers.count)),
      "files": .integer(Int64(files.count)),
      "files_local": .integer(Int64(filesLocal)),
      "transfers": .integer(Int64(openTransfers)),
      "bytes_received": .unsigned(bytesReceived),
      "bytes_sent": .unsigned(bytesSent),
    ]
  }

  /// Seconds since the peer started.
  public var uptimeSeconds: Double { Double(max(0, taken.wall - me.started)) / 1000 }

  /// How many transfers run or wait.
  public var openTransfers: Int { transfers.count { !$0.state.isOver } }

  /// An element of `/api/v1/peers`.
  public func json(_ peer: PeerView) -> JSONValue {
    [
      "peer_id": .string(peer.id.text),
      "host": .string(peer.endpoint.host),
      "port": .integer(Int64(peer.endpoint.port)),
      "last_seen_seconds": .number(lastSeenSeconds(peer)),
      "files": .integer(Int64(peer.files)),
    ]
  }

  /// Seconds since the peer was last heard from.
  public func lastSeenSeconds(_ peer: PeerView) -> Double {
    Double(max(0, taken.uptime - peer.lastSeen)) / 1000
  }

  /// An element of `/api/v1/files`. A file gets into `files/` only when its hash has matched, so that `local` and
  /// `verified` are always the same.
  public func json(_ file: FileRecord) -> JSONValue {
    [
      "file_id": .string(file.entry.id.hex),
      "file_name": .string(file.entry.name),
      "file_size_bytes": .optional(file.size),
      "file_size": .string(file.entry.size.json),
      "file_timestamp": .string(file.entry.timestamp.json),
      "file_owner": .string(file.entry.owner),
      "state": .string(file.state.rawValue),
      "local": .bool(file.copy != nil),
      "verified": .bool(file.copy != nil),
      "peers": .array(file.holders.compactMap { peer($0).map { .string($0.id.text) } }),
    ]
  }

  /// An element of `/api/v1/transfers`.
  public func json(_ transfer: TransferView) -> JSONValue {
    [
      "file_id": .string(transfer.file.hex),
      "file_name": .string(transfer.fileName),
      "direction": .string(transfer.direction.rawValue),
      "peer_id": .optional(transfer.peer),
      "state": .string(transfer.state.rawValue),
      "bytes": .unsigned(transfer.bytes),
      "total": .optional(transfer.total),
      "rate": .number(transfer.state == .active ? transfer.rate : 0),
      "eta_seconds": transfer.secondsLeft.map { .number($0) } ?? .null,
      "tries": .integer(Int64(transfer.tries)),
      "error": .optional(transfer.error),
    ]
  }
}

extension LogEntry {
  /// An element of `/api/v1/log`.
  public var json: JSONValue {
    [
      "seq": .unsigned(seq),
      "time": .string(UTCTime(milliseconds: time).iso8601),
      "level": .string(level.rawValue),
      "text": .string(text),
    ]
  }
}
