import PeerCore

/// What the server's answers are made from.
struct StatsSource: Sendable {
  let client: any PeerClient
  let feed: EventFeed
  let metrics: PeerMetrics
  /// `nil` without `--share-http`.
  let sharing: (any FileSharing)?
  let connections: ConnectionCounter
  let unsent = UnsentBytes()

  init(client: any PeerClient, metrics: PeerMetrics, sharing: (any FileSharing)?, perAddress: Int) {
    self.client = client
    self.metrics = metrics
    self.sharing = sharing
    feed = EventFeed(client: client)
    connections = ConnectionCounter(limitPerAddress: perAddress)
  }
}
