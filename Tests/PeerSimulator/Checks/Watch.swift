import PeerCore

/// Looks over the shoulder of one run of a peer, and checks after each step what must always hold.
final class Watch {
  private unowned let machine: Machine
  private unowned let world: World
  private var requests = 0
  private var bucket: Double
  private var refilled: Int64 = 0
  private var lastAnswers: [Endpoint: Int64] = [:]
  /// How often each GOSSIP that came in was passed on, by its digest.
  private var heard: [UInt64: Int] = [:]
  /// How many tombstones there were after the last step.
  private var graves = 0
  /// The `uptime` at which each peer was last heard from at the place where it really is.
  private var heardAtHome: [PeerID: Int64] = [:]

  init(_ machine: Machine) {
    self.machine = machine
    world = machine.world
    bucket = Double(machine.world.limits.answerBurst)
  }

  // MARK: Steps

  func stepped(_ process: PeerProcess, _ event: Event, _ effects: [Effect], at moment: Moment) {
    world.steps += 1
    let broken = process.state.brokenInvariant
    world.check(.tables, broken == nil, at: machine, broken ?? "")
    let deadline = process.state.nextDeadline
    world.check(.timer, deadline > moment.uptime, at: machine, "\(deadline) at \(moment.uptime)")
    takeEvent(process, event)
    for effect in effects {
      switch effect {
      case .send(let bytes, let endpoint, _): takeSend(process, bytes, endpoint, moment)
      case .serve, .replicate:
        let most = process.state.uploadsToOneAddress
        world.check(.slots, most < machine.settings.uploads, at: machine, "\(most) uploads to one address")
      default: break
      }
    }
    checkDeletes(process, event, effects, moment)
    checkGraves(process, event)
  }

  private func takeEvent(_ process: PeerProcess, _ event: Event) {
    switch event {
    case .received(let message, _, _):
      if case .gossip(let gossip) = message { heard[digest(gossip.raw), default: 0] += 0 }
      noteHomes(process)
      checkOwnFiles(process)
    case .pushed: checkOwnFiles(process)
    case .kept(_, let copy):
      checkHere(process, copy)
    case .imported(_, let entry, let copy):
      publish(entry.id)
      machine.promises.own[entry.id] = process.state.record(of: entry.id)?.entry
      checkHere(process, copy)
    case .scanned(let found, _):
      for file in found {
        publish(file.entry.id)
        machine.promises.gone.remove(file.entry.id)
        machine.promises.asked.remove(file.entry.id)
        machine.promises.taken.remove(file.entry.id)
        if file.entry.owner == machine.id.text {
          machine.promises.own[file.entry.id] = process.state.record(of: file.entry.id)?.entry
        }
        if let copy = file.copy { checkHere(process, copy) }
      }
    case .tick: checkSilent(process)
    default: break
    }
  }

  // MARK: Files

  /// The peer here knows of a file that its user has made, so that others may from now on.
  private func publish(_ id: FileID) {
    if let (entry, bytes) = machine.made[id] { world.truth.add(entry, bytes) }
  }

  /// What has just come is on the disk for good, and its bytes are those of its id.
  private func checkHere(_ process: PeerProcess, _ copy: LocalCopy) {
    let disk = machine.disk
    guard let row = disk.tables.copies[copy.storedName] else {
      // Meanwhile it was taken away by hand, or went to the trash.
      return
    }
    guard let record = process.state.record(of: row.id), record.copy != nil else { return }
    machine.promises.gone.remove(row.id)
    machine.promises.asked.remove(row.id)
    checkCopy(record)
  }

  func checkCopy(_ record: FileRecord) {
    guard let copy = record.copy, !machine.promises.taken.contains(record.entry.id) else { return }
    let disk = machine.disk
    let inode = disk.files.names[copy.storedName]
    let node = inode.flatMap { disk.nodes[$0] }
    let isSynced = node?.isSynced == true && disk.files.synced[copy.storedName] == inode
    world.check(
      .here, isSynced && node.map { Content.verifies($0.bytes, record.entry) } == true, at: machine,
      "\(record.entry.name) is shown as here"
        + (node == nil ? ", and not in files/" : isSynced ? " with other bytes" : ", and not synced"))
    world.check(
      .strangersFiles, record.entry.owner != machine.id.text || machine.made[record.entry.id] != nil,
      at: machine, "\(record.entry.name) was made by somebody else")
  }

  private func checkOwnFiles(_ process: PeerProcess) {
    for (id, entry) in machine.promises.own {
      let known = process.state.record(of: id)
      world.check(
        .ownFiles,
        known == nil ? machine.promises.gone.contains(id) || isBeingDeleted(id) : known?.entry == entry,
        at: machine, "\(entry.name) is now \(known.map { "\($0.entry)" } ?? "deleted")")
    }
  }

  private func noteHomes(_ process: PeerProcess) {
    for peer in process.state.trackedPeers where world.home(of: peer.id) == peer.endpoint {
      heardAtHome[peer.id] = peer.lastSeen
    }
  }

  /// A file that was deleted from outside was deleted by its owner, unless the owner had not been heard from for so
  /// long that its name was free.
  private func checkDeletes(_ process: PeerProcess, _ event: Event, _ effects: [Effect], _ moment: Moment) {
    if case .command = event { return }
    for case .persist(let changes) in effects {
      for case .bury(let tombstone) in changes where !isBeingDeleted(tombstone.id) {
        guard let file = world.truth.files[tombstone.id], file.entry.owner == tombstone.owner else {
          continue
        }
        let silence = heardAtHome[PeerID(tombstone.owner)].map { moment.uptime - $0 } ?? .max
        world.check(
          .names, silence > machine.settings.peerTimeout, at: machine,
          "\(file.entry.name) of \(tombstone.owner), who was heard \(silence) ms before, was deleted by somebody else"
        )
        // The name was free here, but not everywhere: the owner deletes the file as well later, so that all can agree
        // again.
        world.truth.change(tombstone.id) { $0.isDoubtful = true }
      }
    }
  }

  private func isBeingDeleted(_ id: FileID) -> Bool {
    world.truth.files[id].map { $0.isDeleted || $0.isDoubtful } ?? false
  }

  func served(_ process: PeerProcess, _ entry: FileEntry, _ bytes: [UInt8]) {
    world.check(.served, Content.verifies(bytes, entry), at: machine, "\(entry.name) with other bytes")
  }

  /// A tombstone goes only when its file is pushed again, or found in `files/`.
  private func checkGraves(_ process: PeerProcess, _ event: Event) {
    let count = process.state.tombstones.count
    switch event {
    case .imported, .scanned: break
    default:
      world.check(.staysGone, count >= graves, at: machine, "a tombstone is gone after \(event)")
    }
    graves = count
  }

  // MARK: Peers

  private func checkSilent(_ process: PeerProcess) {
    let uptime = process.moment.uptime
    let settings = machine.settings
    for peer in process.state.trackedPeers {
      world.check(
        .silent, uptime - peer.lastSeen <= settings.peerTimeout + settings.cleanupInterval, at: machine,
        "\(peer.id) was silent for \(uptime - peer.lastSeen) ms")
    }
  }

  // MARK: Sending

  private static let reply = Array(#"{"type": "GOSSIP_REPLY""#.utf8)
  private static let gossip = Array(#"{"type": "GOSSIP""#.utf8)
  private static let announce = Array(#"{"type": "ANNOUNCE""#.utf8)

  private func takeSend(_ process: PeerProcess, _ bytes: [UInt8], _ endpoint: Endpoint, _ moment: Moment) {
    world.messages += 1
    if bytes.starts(with: Self.reply) {
      checkRate(endpoint, moment.uptime)
    } else if bytes.starts(with: Self.announce) {
      checkAnnounce(process, bytes)
    } else if let times = heard[digest(bytes)] {
      checkRate(endpoint, moment.uptime)
      heard[digest(bytes)] = times + 1
      // A small cache of ids forgets, so that gossip may be passed on once more.
      let most = machine.settings.gossipFanout * (world.limits.gossipIDs < 1_000 ? 3 : 1)
      world.check(.forwards, times < most, at: machine, "the same gossip for the \(times + 1)th time")
    } else if bytes.starts(with: Self.gossip) {
      world.check(
        .forwards, isOurs(bytes), at: machine, "a gossip that is not ours, and not as it came")
    }
  }

  /// PROTOCOL.md, "Protection": one in 2 s for a destination, and 50 a second (burst 20) in all.
  private func checkRate(_ endpoint: Endpoint, _ uptime: Int64) {
    let limits = world.limits
    bucket = min(
      Double(limits.answerBurst),
      bucket + Double((uptime - refilled) * Int64(limits.answersPerSecond)) / 1_000)
    refilled = uptime
    world.check(.answerRate, bucket > 0.99, at: machine, "more than \(limits.answersPerSecond) a second")
    bucket -= 1
    let since = uptime - (lastAnswers[endpoint] ?? -limits.answerInterval)
    world.check(
      .answerRate, since >= limits.answerInterval, at: machine, "\(endpoint) again after \(since) ms")
    lastAnswers[endpoint] = uptime
  }

  private func isOurs(_ bytes: [UInt8]) -> Bool {
    guard case .gossip(let gossip)? = try? WireReader(world.limits, nil).read(bytes).first else {
      return false
    }
    return gossip.peerID == machine.id && gossip.origin == machine.endpoint
  }

  private func checkAnnounce(_ process: PeerProcess, _ bytes: [UInt8]) {
    guard case .announce(let announce)? = try? WireReader(world.limits, nil).read(bytes).first,
      let record = process.state.record(of: announce.file.id)
    else { return world.fail("an announcement of what is unknown", at: machine) }
    world.check(.announced, record.copy != nil, at: machine, "\(record.entry.name) is not here")
    checkCopy(record)
  }

  private func digest(_ bytes: [UInt8]) -> UInt64 {
    var trace = Trace()
    trace.note(bytes)
    return trace.hash
  }

  // MARK: Commands

  func asked() { requests += 1 }

  func answered() {
    requests -= 1
    world.check(.answered, requests >= 0, at: machine, "more answers than commands")
  }

  // MARK: Crashes

  func crashes(_ process: PeerProcess) {
    // Before the first look at `files/` the peer has promised nothing new.
    guard process.hasScanned else { return }
    machine.promises.here = Set(
      process.state.records.lazy.filter { $0.record.copy != nil }.map(\.record.entry.id))
  }

  func begins(_ process: PeerProcess, _ remembered: Remembered) {
    graves = process.state.tombstones.count
    checkGone(process)
  }

  /// The first look at `files/` is over, so that catalogue and disk agree.
  func scanned(_ process: PeerProcess) {
    for id in machine.promises.here.sorted() where !machine.promises.taken.contains(id) {
      let record = process.state.record(of: id)
      // Others may have sent the DELETE as well.
      let isGone = machine.promises.asked.contains(id) || isBeingDeleted(id)
      world.check(
        .survives, record?.copy != nil || isGone, at: machine,
        "\(record?.entry.name ?? id.short) was here before the crash")
    }
    machine.promises.here = []
    checkGone(process)
  }

  private func checkGone(_ process: PeerProcess) {
    for id in machine.promises.gone.sorted() {
      let record = process.state.record(of: id)
      world.check(
        .staysGone, record?.copy == nil, at: machine,
        "\(record?.entry.name ?? "") was told to be gone, and is here")
    }
  }
}
