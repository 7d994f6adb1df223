/// Membership and gossip (PROTOCOL.md, "Membership" and "Identity").
extension PeerState {
  // MARK: Receiving

  mutating func receive(_ gossip: Gossip, from address: String) {
    let id = gossip.id.flatMap { $0.utf8.count <= limits.gossipIDBytes ? $0 : nil }
    if let id, !seenGossip.insert(id, at: now.uptime) { return }
    guard isSomebodyElse(gossip.peerID, at: gossip.origin) else { return }
    noteGossip(gossip.peerID, at: gossip.origin, from: address)
    if let handle = membership.handle(of: gossip.peerID), membership[handle]?.endpoint == gossip.origin {
      membership.update(handle) { $0.toldFeatures = gossip.features }
    }
    outbox.reply(to: gossip.origin)
    guard id != nil, !gossip.raw.isEmpty else { return }
    let next = membership.random(
      settings.gossipFanout, except: { $0.id == gossip.peerID || $0.endpoint == gossip.origin },
      using: &random)
    for peer in next { outbox.enqueue(.message(gossip.raw), to: peer.endpoint) }
  }

  mutating func receive(_ reply: GossipReply, from address: String) {
    guard isSomebodyElse(reply.peerID, at: reply.origin) else { return }
    let handle = trackReplying(reply.peerID, at: reply.origin, from: address)
    membership.update(handle) { $0.toldFeatures = reply.features }
    if reply.unusable > 0 {
      log(.debug, "\(quoted(reply.peerID.text)) lists \(reply.unusable) files without a usable id, ignored")
    }
    takeFileList(of: handle, reply.files)
  }

  /// False for this very peer, even under another host name, and for anybody who uses our id.
  private mutating func isSomebodyElse(_ id: PeerID, at endpoint: Endpoint) -> Bool {
    let isHere = isOurs(endpoint, addresses: Self.literalAddresses(endpoint.host))
    if id == me.peerID, !isHere, !toldStolenID {
      toldStolenID = true
      log(.warning, "somebody at \(endpoint) uses our peer id \(quoted(id.text)); ignored from now on")
    }
    return id != me.peerID && !isHere
  }

  private func isOurs(_ endpoint: Endpoint, addresses: [String]) -> Bool {
    endpoint.port == me.endpoint.port
      && (endpoint.host == me.endpoint.host || ownAliases.contains(endpoint.host)
        || !me.addresses.isDisjoint(with: addresses))
  }

  /// The address itself if the host is an IPv4 address, which need not be resolved; otherwise none.
  private static func literalAddresses(_ host: String) -> [String] {
    host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) } ? [host] : []
  }

  /// A GOSSIP alone does not move a peer that is alive. Whoever is at the new place may say so in a reply.
  private mutating func noteGossip(_ id: PeerID, at endpoint: Endpoint, from address: String) {
    guard let handle = membership.handle(of: id), let peer = membership[handle] else {
      _ = track(id, at: endpoint)
      return
    }
    // While a name is contested, a host name counts for nothing: it may mean the owner's address as well as another
    // one.
    let otherNameCounts = !peer.claim.isContested(at: now.uptime, within: settings.peerTimeout)
    let samePlace =
      peer.endpoint == endpoint
      || (otherNameCounts && peer.endpoint.port == endpoint.port
        && (peer.addresses.contains(endpoint.host) || peer.addresses.contains(address)))
    if samePlace {
      membership.update(handle) { $0.lastSeen = now.uptime }
    } else if now.uptime - peer.lastSeen > settings.peerTimeout {
      move(handle, to: endpoint)
      membership.update(handle) { $0.claim = NameClaim() }
    } else {
      log(
        .debug,
        "\(quoted(id.text)) is tracked at \(peer.endpoint); a gossip from \(endpoint) does not move it")
      askWhoIsThere(handle, endpoint)
    }
  }

  private mutating func trackReplying(
    _ id: PeerID, at endpoint: Endpoint, from address: String
  ) -> PeerHandle {
    guard let handle = membership.handle(of: id), let peer = membership[handle] else {
      // Some peers tell their id in a GOSSIP and not in a reply.
      let isNameless = id.text == endpoint.description
      guard isNameless, let handle = membership.handle(at: endpoint) else {
        let handle = track(id, at: endpoint)
        membership.update(handle) { $0.claim.address = address }
        return handle
      }
      membership.update(handle) { $0.lastSeen = now.uptime }
      return handle
    }
    membership.update(handle) { $0.claim(endpoint, from: address, at: now.uptime) }
    if peer.endpoint != endpoint {
      move(handle, to: endpoint)
      askWhoIsThere(handle, peer.endpoint)
    }
    membership.update(handle) { $0.lastSeen = now.uptime }
    return handle
  }

  /// Whoever uses this peer's name at that place answers the greeting, and thereby contests the name or takes it back.
  private mutating func askWhoIsThere(_ handle: PeerHandle, _ endpoint: Endpoint) {
    var isDue = false
    membership.update(handle) {
      isDue = $0.claim.mayAsk(at: now.uptime, every: settings.gossipInterval)
    }
    if isDue { outbox.enqueue(.greeting, to: endpoint) }
  }

  private mutating func track(_ id: PeerID, at endpoint: Endpoint) -> PeerHandle {
    // While nobody is tracked nobody wakes for a round of gossip. One that was missed is not made up for.
    if membership.isEmpty, now.uptime >= nextGossip { nextGossip = now.uptime + settings.gossipInterval }
    if membership.count >= limits.peers, let dispensable = membership.mostDispensable {
      drop(dispensable.handle, why: "makes room, \(limits.peers) peers are tracked")
    }
    let addresses = Self.literalAddresses(endpoint.host)
    let handle = membership.insert(id, at: endpoint, addresses: addresses, seen: now.uptime)
    log(.info, "\(quoted(id.text)) at \(endpoint) is tracked")
    if addresses.isEmpty { resolve(endpoint.host) }
    return handle
  }

  private mutating func move(_ handle: PeerHandle, to endpoint: Endpoint) {
    guard let peer = membership[handle] else { return }
    let addresses = Self.literalAddresses(endpoint.host)
    membership.update(handle) {
      $0.endpoint = endpoint
      $0.addresses = addresses
      $0.lastSeen = now.uptime
    }
    let sameMachine = peer.endpoint.port == endpoint.port && peer.addresses.contains(endpoint.host)
    log(
      sameMachine ? .debug : .info, "\(quoted(peer.id.text)) is at \(endpoint) now, was at \(peer.endpoint)")
    if addresses.isEmpty { resolve(endpoint.host) }
  }

  /// Asks what a host name means, unless too many are being asked already.
  ///
  /// - Returns: whether there will be an answer.
  @discardableResult
  mutating func resolve(_ host: String) -> Bool {
    if resolving.contains(host) { return true }
    guard resolving.count < limits.resolutions else { return false }
    resolving.insert(host)
    effects.append(.resolve(host: host))
    return true
  }

  mutating func noteResolved(_ host: String, _ addresses: [String]) {
    resolving.remove(host)
    for peer in membership.peers where peer.endpoint.host == host {
      if isOurs(peer.endpoint, addresses: addresses) {
        if ownAliases.count < limits.ownAliases { ownAliases.insert(host) }
        drop(peer.handle, why: "is ourselves under another name")
      } else {
        membership.update(peer.handle) { $0.addresses = addresses }
      }
    }
    retryWaitingDeletes(host: host)
  }

  // MARK: Reaching

  mutating func noteReachable(_ endpoint: Endpoint) {
    guard let handle = membership.handle(at: endpoint), membership[handle]?.failures != 0 else { return }
    membership.update(handle) { $0.failures = 0 }
  }

  /// Only the first failure in a row is news.
  mutating func noteUnreachable(_ endpoint: Endpoint, _ reason: String) {
    guard let handle = membership.handle(at: endpoint), let peer = membership[handle] else {
      // That a well-known peer is still not there is no news.
      let isReunion = !membership.isEmpty && settings.bootstrap.contains(endpoint)
      log(isReunion ? .debug : .info, "cannot reach \(endpoint): \(reason)")
      return
    }
    membership.update(handle) { $0.failures += 1 }
    log(peer.failures == 0 ? .info : .debug, "cannot reach \(quoted(peer.id.text)) at \(endpoint): \(reason)")
  }

  // MARK: Sending

  private mutating func newGossip() -> [UInt8] {
    MessageEncoder.gossip(from: me.endpoint, peerID: me.peerID, id: random.uuid())
  }

  mutating func greet(_ endpoint: Endpoint) {
    effects.append(.send(newGossip(), to: endpoint))
  }

  /// All peers of one round are sent the same id, as in the original system.
  @discardableResult
  mutating func gossipToRandomPeers() -> Int {
    let peers = membership.random(settings.gossipFanout, using: &random)
    guard !peers.isEmpty else { return 0 }
    let gossip = newGossip()
    for peer in Self.onceEach(peers) { effects.append(.send(gossip, to: peer.endpoint)) }
    log(.debug, "gossip to \(peers.map { quoted($0.id.text) }.joined(separator: ", "))")
    return peers.count
  }

  /// Several ids that claim to be at one endpoint get one message together: whoever is there did not choose them.
  private static func onceEach(_ peers: some Sequence<TrackedPeer>) -> [TrackedPeer] {
    var served: Set<Endpoint> = []
    return peers.filter { served.insert($0.endpoint).inserted }
  }

  mutating func sendToAll(_ message: [UInt8]) {
    for peer in Self.onceEach(membership.peers) {
      effects.append(.send(message, to: peer.endpoint, joins: !peer.features.isEmpty))
    }
  }

  mutating func releaseAnswers() {
    for (endpoint, what) in outbox.release(at: now.uptime, replyBytes: cachedReply?.bytes.count ?? 0) {
      switch what {
      case .reply:
        log(.debug, "reply to \(endpoint)")
        effects.append(.send(gossipReply(), to: endpoint))
      case .item(.message(let bytes)): effects.append(.send(bytes, to: endpoint))
      case .item(.greeting): greet(endpoint)
      case .item(.delete(let id)):
        effects.append(.send(MessageEncoder.delete(from: me.peerID, file: id), to: endpoint))
      }
    }
    guard now.uptime - toldDropped >= 10_000 else { return }
    let dropped = outbox.takeDropped()
    guard dropped > 0 else { return }
    toldDropped = now.uptime
    log(.info, "much gossip: to stay within its limits, \(dropped) of it was not passed on")
  }

  /// Our GOSSIP_REPLY, which is made anew only when what is here has changed. Our own files come first: what others
  /// have pushed here must not drive them out of a list that is too long.
  private mutating func gossipReply() -> [UInt8] {
    if let cached = cachedReply, cached.revision == catalogue.localRevision { return cached.bytes }
    var files = catalogue.localEntries
    _ = files.partition { $0.owner != me.peerID.text }
    let bytes = MessageEncoder.gossipReply(
      from: me.endpoint, peerID: me.peerID, files: files, within: limits)
    cachedReply = (catalogue.localRevision, bytes)
    return bytes
  }

  // MARK: Dropping

  mutating func dropSilentPeers() {
    isLogBounded = true
    for peer in membership.peers where now.uptime - peer.lastSeen > settings.peerTimeout {
      let seconds = (now.uptime - peer.lastSeen) / 1000
      drop(peer.handle, why: "was silent for \(seconds) s")
    }
  }

  mutating func drop(_ handle: PeerHandle, why: String) {
    guard let peer = membership.remove(handle) else { return }
    for slot in peer.held { catalogue.removeHolder(handle, from: slot) }
    log(.info, "\(quoted(peer.id.text)) at \(peer.endpoint) is dropped: \(why)")
  }
}
