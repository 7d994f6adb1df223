import OrderedCollections

/// A peer that was heard from lately.
struct TrackedPeer {
  let handle: PeerHandle
  let id: PeerID
  var endpoint: Endpoint
  /// The numeric addresses that its host name means; empty until they are known.
  var addresses: [String]
  /// The `uptime` of its last GOSSIP or GOSSIP_REPLY.
  var lastSeen: Int64
  /// The slots of the files that it says it holds.
  var held: Set<FileTable.Slot> = []
  /// How often in a row it could not be reached, or failed to give a file.
  var failures = 0
  /// The bytes a second at which it gave files lately; 0 if it gave none.
  var rate = 0.0
  /// What it says it can do beyond the network's own protocol.
  var toldFeatures: Features = []
  /// Whether it has turned out not to understand what it says that it does.
  var distrustsFeatures = false
  var claim = NameClaim()

  var features: Features { distrustsFeatures ? [] : toldFeatures }

  /// - Parameter address: numeric.
  func isAt(_ address: String) -> Bool { endpoint.host == address || addresses.contains(address) }

  /// A GOSSIP_REPLY in its name has come from that address, and says that it is at `claimed`.
  mutating func claim(_ claimed: Endpoint, from address: String, at uptime: Int64) {
    // As long as only GOSSIP has told of it, it counts as having spoken from where that said it was.
    let isWhereGossipSays = addresses.isEmpty ? claimed.host == endpoint.host : isAt(address)
    let isRival = claim.address.map { $0 != address } ?? !isWhereGossipSays
    if isRival { claim.contested = uptime }
    claim.address = address
  }

  /// Whether it has told no id. Then its address stands for one, which can own nothing.
  var isAnonymous: Bool { id.text == endpoint.description }
}

/// The tracked peers, in the order in which they came.
struct Membership {
  private var table: OrderedDictionary<PeerHandle, TrackedPeer> = [:]
  private var handles: [PeerID: PeerHandle] = [:]
  private var nextHandle: UInt32 = 1

  var count: Int { table.count }
  var isEmpty: Bool { table.isEmpty }
  /// By handle, rising.
  var peers: some RandomAccessCollection<TrackedPeer> { table.values }

  subscript(handle: PeerHandle) -> TrackedPeer? {
    get { table[handle] }
    set { table[handle] = newValue }
  }

  func handle(of id: PeerID) -> PeerHandle? { handles[id] }

  func handle(at endpoint: Endpoint) -> PeerHandle? {
    table.values.first { $0.endpoint == endpoint }?.handle
  }

  mutating func update(_ handle: PeerHandle, _ change: (inout TrackedPeer) -> Void) {
    guard let index = table.index(forKey: handle) else { return }
    change(&table.values[index])
  }

  mutating func insert(_ id: PeerID, at endpoint: Endpoint, addresses: [String], seen: Int64) -> PeerHandle {
    let handle = PeerHandle(nextHandle)
    nextHandle += 1
    table[handle] = TrackedPeer(
      handle: handle, id: id, endpoint: endpoint, addresses: addresses, lastSeen: seen)
    handles[id] = handle
    return handle
  }

  mutating func remove(_ handle: PeerHandle) -> TrackedPeer? {
    guard let peer = table.removeValue(forKey: handle) else { return nil }
    handles[peer.id] = nil
    return peer
  }

  /// The peer that makes room for another: the longest silent one of those that hold nothing, so that thousands of
  /// invented names do not drive out holders; if all hold something, the longest silent one.
  var mostDispensable: TrackedPeer? {
    table.values.min {
      ($0.held.isEmpty ? 0 : 1, $0.lastSeen) < ($1.held.isEmpty ? 0 : 1, $1.lastSeen)
    }
  }

  /// - Returns: different peers, `count` of them if there are so many.
  func random(
    _ count: Int, except excluded: (TrackedPeer) -> Bool = { _ in false },
    using random: inout RandomSource
  ) -> [TrackedPeer] {
    var candidates = table.values.filter { !excluded($0) }
    for index in candidates.indices.prefix(count) {
      let other = Int.random(in: index..<candidates.count, using: &random)
      candidates.swapAt(index, other)
    }
    return Array(candidates.prefix(count))
  }
}
