import PeerCore

/// What has to hold some time after the last fault: all agree, and nothing is left over.
struct Calm {
  private let world: World

  init(_ world: World) { self.world = world }

  private var processes: [PeerProcess] { world.machines.compactMap(\.process) }

  /// The first thing that is not as it should be yet; `nil` if all is well.
  var disagreement: (Check, String)? {
    let parts: [(Check, () -> String?)] = [
      (.members, members), (.deletes, deletes), (.downloads, downloads), (.holders, holders),
      (.leftovers, leftovers),
    ]
    for (check, part) in parts {
      if let what = part() { return (check, what) }
    }
    return nil
  }

  func checkAll() {
    for check in [Check.members, .deletes, .downloads, .holders, .leftovers] { world.checks.note(check) }
    for process in processes {
      for (_, record) in process.state.records { process.watch.checkCopy(record) }
    }
  }

  private func members() -> String? {
    let all = Set(world.machines.map { "\($0.id) \($0.endpoint)" })
    for process in processes {
      let mine = "\(process.machine.id) \(process.machine.endpoint)"
      let known = Set(process.state.trackedPeers.map { "\($0.id) \($0.endpoint)" })
      let missing = all.subtracting(known).subtracting([mine]).sorted()
      let wrong = known.subtracting(all).sorted()
      if !missing.isEmpty { return "\(process.machine.id) does not know \(missing)" }
      if !wrong.isEmpty { return "\(process.machine.id) still knows \(wrong)" }
    }
    return nil
  }

  private func holders() -> String? {
    for id in world.truth.order {
      let truth = Set(processes.filter { $0.state.record(of: id)?.copy != nil }.map(\.machine.id))
      for process in processes {
        let me = process.machine.id
        let record = process.state.record(of: id)
        let told = Set(process.state.peerIDs(of: record?.holders ?? []))
        // A peer that has buried a file takes no more reports of it.
        if record == nil, process.state.tombstones.contains(where: { $0.id == id }) { continue }
        if told != truth.subtracting([me]) {
          return "\(me) says that \(id.short) is held by \(told.sorted()), but it is by \(truth.sorted())"
        }
      }
    }
    return nil
  }

  /// A file that was deleted is at nobody's any more, except where another owner's name is on it.
  private func deletes() -> String? {
    for id in world.truth.order {
      guard let file = world.truth.files[id], file.isDeleted || file.isDoubtful else { continue }
      for process in processes {
        guard let record = process.state.record(of: id), record.copy != nil,
          record.entry.owner == file.entry.owner
        else { continue }
        return "\(process.machine.id) still has \(id.short) of \(file.entry.owner)"
      }
    }
    return nil
  }

  private func downloads() -> String? {
    for process in processes where process.machine.settings.quota == nil {
      for id in process.state.wantedFiles where process.state.record(of: id)?.holders.isEmpty == false {
        return "\(process.machine.id) still waits for \(id.short)"
      }
    }
    return nil
  }

  private func leftovers() -> String? {
    for process in processes {
      let id = process.machine.id
      let wanted = Set(process.state.wantedFiles)
      if process.state.attemptCount > 0 { return "\(id): attempts" }
      if process.state.uploadCount > 0 { return "\(id): \(process.state.uploadCount) uploads" }
      if process.openRequests > 0 { return "\(id): \(process.openRequests) commands without an answer" }
      if !process.arrivals.isEmpty { return "\(id): \(process.arrivals.count) arrivals" }
      if process.store.backlog > 0 { return "\(id): \(process.store.backlog) changes are not written" }
      if let file = process.downloads.keys.filter({ !wanted.contains($0) }).min() {
        return "\(id): an open partial file of \(file.short), which is not wanted"
      }
      for name in process.machine.disk.partial.names.keys {
        guard let file = Partial.id(ofName: name), wanted.contains(file) else {
          return "\(id): the partial file \(name)"
        }
      }
      for name in process.machine.disk.files.names.keys
      where process.machine.disk.tables.copies[name] == nil {
        return "\(id): \(name) in files/ is not in the catalogue"
      }
    }
    return nil
  }
}
