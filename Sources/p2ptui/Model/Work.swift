import PeerCore

// Keys that make the peer do something, and the questions before some of them.
extension Model {
  /// The marked files that still exist, or else the selected one.
  var chosen: [FileRef] {
    let marked = files.marks.filter { snapshot.file($0) != nil }
    if !marked.isEmpty {
      return marked.sorted {
        (files.order.row(of: $0) ?? .max, $0.id) < (files.order.row(of: $1) ?? .max, $1.id)
      }
    }
    guard case .file(let ref)? = selection(.files), snapshot.file(ref) != nil else { return [] }
    return [ref]
  }

  mutating func work(_ intent: Intent) -> [Request] {
    switch intent {
    case .fetch: return fetch()
    case .delete: askDelete()
    case .forget: askForget()
    case .announce: return submit(chosen.map { .announce($0.id) })
    case .greet:
      guard case .peer(let handle)? = selection(.peers), let peer = snapshot.peer(handle) else { break }
      return submit([.gossip(peer.endpoint)])
    case .cancel where selectedUpload != nil: return submit(selectedUpload.map { [.cancelUpload($0)] } ?? [])
    case .pause, .cancel, .retry, .moveUp, .moveDown, .raise, .lower: return submit(orders(intent))
    default: break
    }
    return []
  }

  private mutating func submit(_ commands: [Command]) -> [Request] {
    guard !commands.isEmpty else { return [] }
    setMarks([])
    return [.submit(commands)]
  }

  private mutating func fetch() -> [Request] {
    let missing = chosen.filter { snapshot.file($0)?.copy == nil }
    if missing.isEmpty, !chosen.isEmpty { say("It is here already.") }
    return submit(missing.map { .get($0.id) })
  }

  /// What a key makes of the downloads that it is about.
  private mutating func orders(_ intent: Intent) -> [Command] {
    guard selectedUpload == nil else {
      say("That is an upload: it can only be cancelled.")
      return []
    }
    return subjects.compactMap { id in
      switch intent {
      case .pause: downloads[id]?.state == .paused ? .resume(id) : .pause(id)
      case .cancel: .cancel(id)
      case .retry: .retry(id)
      case .moveUp: .move(id, .up)
      case .moveDown: .move(id, .down)
      case .raise: .prioritise(id, priority(id, -1))
      case .lower: .prioritise(id, priority(id, 1))
      default: nil
      }
    }
  }

  /// The files whose downloads a key is about: of the selected transfer, or of the chosen files.
  private var subjects: [FileID] {
    guard focus == .transfers else { return chosen.map(\.id) }
    return selectedTransfer.map { [$0.file] } ?? []
  }

  private var selectedTransfer: TransferView? {
    guard case .transfer(let number)? = selection(.transfers) else { return nil }
    return transfer(number)
  }

  /// The number of the upload that is selected, if one is and has the focus.
  private var selectedUpload: UInt64? {
    guard focus == .transfers, let transfer = selectedTransfer, transfer.direction == .up else { return nil }
    return transfer.number
  }

  /// The priority next to that of a download, as far as there is one.
  private func priority(_ id: FileID, _ step: Int) -> TransferPriority {
    let all = TransferPriority.allCases
    let index = all.firstIndex(of: downloads[id]?.priority ?? .normal) ?? 1
    return all[min(max(index + step, 0), all.count - 1)]
  }

  private func name(_ ref: FileRef) -> String {
    snapshot.file(ref).map { Views.name($0.entry) } ?? ref.id.short
  }

  private mutating func askDelete() {
    let all = chosen
    let waiting = Set(pendingDeletes.flatMap(\.files))
    let own = all.filter {
      snapshot.file($0)?.entry.owner == snapshot.me.peerID.text && !waiting.contains($0)
    }
    guard !own.isEmpty else {
      if !all.isEmpty {
        let forget = keys.keyName(of: .forget) ?? keys.typed("forget")
        say("Only its owner deletes a file from the network; \(forget) forgets the copy here.", isError: true)
      }
      return
    }
    var lines = Dialog.list(own.map(name))
    if own.count < all.count {
      lines.append("The other \(Units.count(all.count - own.count)) are not yours.")
    }
    lines.append("Every peer is told to remove \(own.count == 1 ? "it" : "them").")
    dialog = Dialog(
      subject: .delete(own), title: "Delete \(Units.count(own.count, "file")) from the network",
      lines: lines, question: "Delete it?", count: own.count > 1 ? own.count : nil)
  }

  private mutating func askForget() {
    let here = chosen.filter { snapshot.file($0)?.copy != nil }
    guard !here.isEmpty else {
      if !chosen.isEmpty { say("There is no copy here.") }
      return
    }
    dialog = Dialog(
      subject: .forget(here),
      title: here.count == 1 ? "Forget the copy here" : "Forget \(Units.count(here.count)) copies here",
      lines: Dialog.list(here.map(name)) + ["Only the copy here goes, to the trash."] + lastCopies(here),
      question: "Forget it?",
      count: here.count > 1 ? here.count : nil)
  }

  /// A warning of files that no other peer holds.
  private func lastCopies(_ files: [FileRef]) -> [String] {
    let last = files.count { snapshot.file($0)?.holders.isEmpty == true }
    guard last > 0 else { return [] }
    let which = files.count == 1 ? "it" : last == files.count ? "them" : "\(Units.count(last)) of them"
    return ["Nobody else has \(which) now."]
  }

  mutating func answerDialog(_ key: Key) -> [Request] {
    guard var dialog else { return [] }
    let answer = dialog.answer(key)
    self.dialog = answer == .open ? dialog : nil
    switch (answer, dialog.subject) {
    case (.open, _): return []
    case (.yes, .quit): return leave(.quit)
    case (.yes, .forget(let refs)): return submit(refs.map { .forget($0.id) })
    case (.yes, .delete(let refs)):
      pendingDeletes.append(PendingDelete(files: refs, due: now + Self.undoTime))
      setMarks([])
      notice = nil
    case (.no, .quit): break
    case (.no, _): say("Nothing was done.")
    }
    return []
  }

  mutating func undo() {
    guard let last = pendingDeletes.popLast() else {
      say("There is nothing to undo.")
      return
    }
    say(
      "Not deleted: \(last.files.count == 1 ? name(last.files[0]) : Units.count(last.files.count, "file"))."
    )
  }
}
