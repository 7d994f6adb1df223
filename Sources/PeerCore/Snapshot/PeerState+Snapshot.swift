extension PeerState {
  /// What is shown of this state, with what only the shell knows.
  ///
  /// - Parameters:
  ///   - me: who and where this peer is.
  ///   - revision: the number of this snapshot.
  ///   - log: the newest lines, oldest first.
  public func snapshot(me: LocalPeer, revision: UInt64, log: [LogEntry]) -> Snapshot {
    Snapshot(
      me: me, taken: now, revision: revision,
      peers: membership.peers.map {
        PeerView(
          handle: $0.handle, id: $0.id, endpoint: $0.endpoint, lastSeen: $0.lastSeen,
          files: $0.held.count, failures: $0.failures)
      },
      files: catalogue.table, filesRevision: catalogue.revision, filesLocal: catalogue.local.count,
      transfers: transferViews, log: log, bytesReceived: bytesReceived, bytesSent: bytesSent,
      limitDown: limitDown, limitUp: limitUp, slotsDown: slotsDown, slotsUp: slotsUp)
  }
}
