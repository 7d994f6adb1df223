import PeerCore

/// The people at the machines, who push, fetch, delete, and put things in order by hand.
final class User {
  private unowned let world: World
  private var files = 0

  init(_ world: World) { self.world = world }

  func begin() {
    world.schedule.after(Int64(world.pick(50...2_000))) { [weak self] in
      guard let self, self.world.isChaotic else { return }
      self.act()
      self.begin()
    }
  }

  private func act() {
    guard let process = world.pick(from: world.machines.compactMap(\.process)) else { return }
    switch world.pick(0...19) {
    case 0...4: push(process)
    case 5...9: if let file = file(process, where: { $0.state == .remote }) { process.submit(.get(file)) }
    case 10: delete(process)
    case 11: forget(process)
    case 12: putByHand(process)
    case 13: takeByHand(process)
    case 14...16: handleQueue(process)
    case 17: process.submit(.slots(.down, world.pick(1...6)))
    case 18: process.submit(.gossip(nil))
    default: if let file = file(process, where: { $0.copy != nil }) { process.submit(.announce(file)) }
    }
  }

  private func file(_ process: PeerProcess, where isMeant: (FileRecord) -> Bool) -> FileID? {
    world.pick(from: process.state.records.lazy.map(\.record).filter(isMeant).map(\.entry.id))
  }

  private func newContent() -> (name: String, bytes: [UInt8]) {
    files += 1
    let size =
      switch world.pick(0...19) {
      case 0: 0
      case 1...13: world.pick(1...3_000)
      case 14...17: world.pick(3_000...60_000)
      default: world.plan.hasLargeFiles ? world.pick(1_050_000...3_500_000) : world.pick(1...20_000)
      }
    // Many files have the same name.
    let name = world.chance(1, in: 3) ? "notes.txt" : "file \(files)"
    return (name, Content.random(size, &world.random))
  }

  private func push(_ process: PeerProcess) {
    let (name, bytes) = newContent()
    process.push(bytes, as: name) { _ in }
  }

  private func delete(_ process: PeerProcess) {
    let mine = process.machine.id.text
    // An empty file that two have pushed within one second is one file with two owners; one of them may delete it.
    let isOurs = { [world] (file: FileRecord) in
      file.entry.owner == mine && world.truth.files[file.entry.id]?.entry.owner == mine
    }
    if let id = file(process, where: isOurs) { delete(id, process) }
  }

  /// Deletes a file. Until that is answered, some peers may know of it and others not.
  func delete(_ id: FileID, _ process: PeerProcess) {
    world.truth.change(id) { $0.isDoubtful = true }
    process.machine.promises.asked.insert(id)
    process.submit(.delete(id)) { [world] reply in
      guard reply.isDone else { return }
      process.machine.promises.gone.insert(id)
      world.truth.change(id) { $0.isDeleted = true }
    }
  }

  private func forget(_ process: PeerProcess) {
    guard let id = file(process, where: { $0.copy != nil }) else { return }
    process.machine.promises.asked.insert(id)
    process.submit(.forget(id)) { reply in
      guard reply.isDone, process.state.record(of: id)?.copy == nil else { return }
      process.machine.promises.gone.insert(id)
    }
  }

  private func putByHand(_ process: PeerProcess) {
    let machine = process.machine
    let (name, bytes) = newContent()
    // An empty file may be any that was empty before.
    guard !bytes.isEmpty else { return }
    guard machine.disk.files.names[name] == nil, !process.store.isInPlacement(name) else { return }
    world.faults.note(.putByHand)
    let inode = machine.disk.create(bytes, at: machine.wall - 5_000)
    machine.disk.nodes[inode]?.isSynced = true
    machine.disk.files.names[name] = inode
    machine.disk.files.synced[name] = inode
    let seconds = Lexeme((machine.wall - 5_000) / 1_000)
    let entry = FileEntry(
      id: Content.id(bytes, seconds.text), name: name, owner: machine.id.text, timestamp: seconds,
      sizeBytes: UInt64(bytes.count))
    machine.made[entry.id] = (entry, bytes)
    process.look()
  }

  private func takeByHand(_ process: PeerProcess) {
    let machine = process.machine
    guard let row = world.pick(from: Array(machine.disk.tables.copies.values)) else { return }
    world.faults.note(.takenByHand)
    machine.disk.files.names[row.copy.storedName] = nil
    machine.disk.files.synced[row.copy.storedName] = nil
    machine.promises.taken.insert(row.id)
    machine.promises.own[row.id] = nil
    process.look()
  }

  private func handleQueue(_ process: PeerProcess) {
    guard let id = world.pick(from: process.state.wantedFiles) else { return }
    switch world.pick(0...5) {
    case 0: process.submit(.pause(id))
    case 1: process.submit(.resume(id))
    case 2: process.submit(.cancel(id))
    case 3: process.submit(.retry(id))
    case 4: process.submit(.move(id, world.pick(from: QueueMove.allCases) ?? .first))
    default: process.submit(.prioritise(id, world.pick(from: TransferPriority.allCases) ?? .normal))
    }
  }

  // MARK: After the storm

  /// Asks once more for whatever was interrupted, as people do.
  func tidyUp() {
    for machine in world.machines {
      guard let process = machine.process else { continue }
      for id in world.truth.order {
        guard let file = world.truth.files[id], file.isDoubtful, !file.isDeleted,
          file.entry.owner == machine.id.text
        else { continue }
        if process.state.record(of: id) == nil {
          world.truth.change(id) { $0.isDeleted = true }
        } else {
          delete(id, process)
        }
      }
      for id in process.state.wantedFiles where process.state.isPaused(id) { process.submit(.resume(id)) }
      for (_, record) in process.state.records where record.state == .failed {
        process.submit(.retry(record.entry.id))
      }
      process.look()
    }
  }
}
