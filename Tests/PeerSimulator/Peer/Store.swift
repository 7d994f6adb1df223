import DequeModule
import PeerCore

/// What the engine's `HomeStore` and `CatalogueWriter` do, step by step on a virtual disk. A crash may come between any
/// two steps (docs/adr/0001-what-is-synced-when.md).
final class Store {
  private enum Job {
    case apply([CatalogueChange])
    case trash(LocalCopy, of: FileID)
    case afterwards((_ isWritten: Bool) -> Void)
  }

  /// A file on its way into `files/`.
  private final class Keeping {
    let partial: Partial
    var entry: FileEntry
    let firstSeen: Int64
    let done: (Result<LocalCopy, TransferFailure>) -> Void
    var name = ""
    var copy: LocalCopy?

    init(
      _ partial: Partial, _ entry: FileEntry, _ firstSeen: Int64,
      _ done: @escaping (Result<LocalCopy, TransferFailure>) -> Void
    ) {
      self.partial = partial
      self.entry = entry
      self.firstSeen = firstSeen
      self.done = done
    }
  }

  let disk: Disk
  private unowned let world: World
  private let owner: PeerID
  private let wall: () -> Int64
  private let log: (LogLevel, String) -> Void
  private let made: (FileEntry, [UInt8]) -> Void
  private var jobs: Deque<Job> = []
  private var isWriting = false
  private var keepQueue: Deque<Keeping> = []
  private var isKeeping = false
  private var namesInPlacement: Set<String> = []
  private var lastSerial = 0
  /// Whether the run has ended: then what waits is never done.
  var isClosed = false

  /// - Parameter made: told of files that are pushed here.
  init(
    _ disk: Disk, owner: PeerID, world: World, wall: @escaping () -> Int64,
    log: @escaping (LogLevel, String) -> Void, made: @escaping (FileEntry, [UInt8]) -> Void
  ) {
    self.made = made
    self.disk = disk
    self.owner = owner
    self.world = world
    self.wall = wall
    self.log = log
  }

  func close() {
    isClosed = true
    jobs = []
    keepQueue = []
  }

  var now: Int64 { wall() }
  var ownerText: String { owner.text }
  func isInPlacement(_ name: String) -> Bool { namesInPlacement.contains(name) }

  /// One step of work, when the disk comes to it.
  private func onDisk(_ step: @escaping () -> Void) {
    var delay = Int64(world.pick(0...4))
    if world.isChaotic, world.chance(1, in: 100) {
      world.faults.note(.slowDisk)
      delay += Int64(world.pick(100...4_000))
    }
    world.schedule.after(delay) { [weak self] in
      if let self, !self.isClosed { step() }
    }
  }

  /// Several steps, one after the other, until one fails.
  private func onDisk(
    _ steps: [() throws -> Void], _ done: @escaping (TransferFailure?) -> Void
  ) {
    guard let first = steps.first else { return done(nil) }
    onDisk { [self] in
      do {
        try disk.check()
        try first()
      } catch {
        return done(error as? TransferFailure ?? .disk("\(error)"))
      }
      onDisk(Array(steps.dropFirst()), done)
    }
  }

  // MARK: Writing the catalogue

  var backlog: Int { jobs.count }

  func apply(_ changes: [CatalogueChange]) { enqueue(.apply(changes)) }
  func trash(_ copy: LocalCopy, of id: FileID) { enqueue(.trash(copy, of: id)) }
  func afterwards(_ work: @escaping (_ isWritten: Bool) -> Void) { enqueue(.afterwards(work)) }

  /// A copy that is on its way to the trash does not count: whatever depends on it waits.
  private func afterTrash(of id: FileID, _ work: @escaping (_ isWritten: Bool) -> Void) {
    let isPending = jobs.contains { if case .trash(_, id) = $0 { true } else { false } }
    if isPending { afterwards(work) } else { work(true) }
  }

  private func enqueue(_ job: Job) {
    jobs.append(job)
    if !isWriting { writeNext() }
  }

  private func writeNext() {
    guard let job = jobs.first else {
      isWriting = false
      return
    }
    isWriting = true
    switch job {
    case .apply(let changes):
      onDisk([{ [self] in for change in changes { disk.tables.apply(change) } }]) {
        [self] in finish(refused: $0)
      }
    case .trash(let copy, let id):
      moveToTrash(copy, id) { [self] failure in
        if let failure { log(.error, "cannot move \(copy.storedName) to the trash: \(failure)") }
        finish(refused: failure)
      }
    case .afterwards(let work):
      jobs.removeFirst()
      work(true)
      writeNext()
    }
  }

  /// A job that the disk has refused is tried again. Those that wait for it are told, and wait no longer.
  private func finish(refused failure: TransferFailure?) {
    guard failure != nil else {
      jobs.removeFirst()
      return writeNext()
    }
    let waiting = jobs.compactMap { if case .afterwards(let work) = $0 { work } else { nil } }
    jobs.removeAll { if case .afterwards = $0 { true } else { false } }
    for work in waiting { work(false) }
    world.schedule.after(2_000) { [weak self] in
      if let self, !self.isClosed { self.writeNext() }
    }
  }

  private func moveToTrash(_ copy: LocalCopy, _ id: FileID, _ done: @escaping (TransferFailure?) -> Void) {
    let copies = [copy] + disk.tables.copies(of: id).map(\.copy).filter { $0 != copy }
    onDisk(
      [
        { [self] in
          for copy in copies where matches(copy) { disk.files.names[copy.storedName] = nil }
        },
        { [self] in disk.files.sync() },
        { [self] in
          for copy in copies { disk.tables.copies[copy.storedName] = nil }
        },
      ], done)
  }

  /// Whether a file still is the one that was recorded.
  func matches(_ copy: LocalCopy) -> Bool {
    guard let inode = disk.files.names[copy.storedName], let node = disk.nodes[inode] else { return false }
    return UInt64(node.bytes.count) == copy.size && node.modified == copy.modified
  }

  /// The bytes of a copy; `nil` if it is not the one that was recorded.
  func read(_ copy: LocalCopy) -> [UInt8]? {
    guard !disk.isFailing, matches(copy), let inode = disk.files.names[copy.storedName] else { return nil }
    return disk.nodes[inode]?.bytes
  }

  // MARK: Keeping

  func keep(
    _ partial: Partial, as entry: FileEntry, firstSeen: Int64,
    _ done: @escaping (Result<LocalCopy, TransferFailure>) -> Void
  ) {
    afterTrash(of: entry.id) { [self] isWritten in
      guard isWritten else { return done(.failure(.disk("an older copy cannot be moved to the trash"))) }
      keepQueue.append(Keeping(partial, entry, firstSeen, done))
      if !isKeeping { keepNext() }
    }
  }

  private func keepNext() {
    guard let next = keepQueue.popFirst() else {
      isKeeping = false
      return
    }
    isKeeping = true
    onDisk(
      [
        { [self] in try sync(next) },
        { [self] in
          if next.copy == nil { disk.journal.append(Receipt(entry: next.entry, storedName: next.entry.name)) }
        },
        { [self] in if next.copy == nil { recordPlacement(next) } },
        { [self] in if next.copy == nil { try link(next) } },
        { [self] in if next.copy == nil { disk.files.sync() } },
        { [self] in if next.copy == nil { record(next) } },
      ]
    ) { [self] failure in
      namesInPlacement.remove(next.name)
      // Once a file is recorded it is here, whatever the disk says afterwards.
      if let copy = next.copy {
        next.partial.discard()
        next.done(.success(copy))
      } else {
        next.done(.failure(failure ?? .disk("it was not kept")))
      }
      keepNext()
    }
  }

  private func sync(_ keeping: Keeping) throws(TransferFailure) {
    let bytes = keeping.partial.bytes
    guard Content.verifies(bytes, keeping.entry) else { throw .mismatch }
    if let copy = disk.tables.copies(of: keeping.entry.id).first(where: { !$0.isDuplicate })?.copy,
      matches(copy)
    {
      keeping.copy = copy
    }
    keeping.entry.sizeBytes = UInt64(bytes.count)
    disk.nodes[keeping.partial.inode]?.bytes = bytes
    disk.nodes[keeping.partial.inode]?.isSynced = true
  }

  private func recordPlacement(_ keeping: Keeping) {
    let name = freeName(keeping.entry.name)
    keeping.name = name
    namesInPlacement.insert(name)
    disk.tables.receipts.append(Receipt(entry: keeping.entry, storedName: name))
    disk.tables.placements[name] = Tables.Placement(
      id: keeping.entry.id, partial: keeping.partial.name, inode: keeping.partial.inode)
  }

  private func link(_ keeping: Keeping) throws(TransferFailure) {
    guard disk.files.names[keeping.name] == nil else { throw .disk("its name was taken") }
    disk.files.names[keeping.name] = keeping.partial.inode
  }

  private func record(_ keeping: Keeping) {
    let (id, name) = (keeping.entry.id, keeping.name)
    let node = disk.nodes[keeping.partial.inode]
    let copy = LocalCopy(
      storedName: name, size: UInt64(node?.bytes.count ?? 0), modified: node?.modified ?? 0)
    let other = disk.tables.copies(of: id).first { !$0.isDuplicate }
    disk.tables.rows[id] = Tables.Row(entry: keeping.entry, firstSeen: keeping.firstSeen)
    disk.tables.copies[name] = Tables.CopyRow(id: id, copy: copy, isDuplicate: other != nil)
    disk.tables.placements[name] = nil
    disk.tables.wanted[id] = nil
    keeping.copy = other?.copy ?? copy
  }

  private func freeName(_ told: String) -> String {
    let base = told.split(separator: "/").last.map(String.init) ?? "file"
    var number = 1
    while true {
      let name = number == 1 ? base : "\(base) (\(number))"
      if disk.files.names[name] == nil, disk.tables.copies[name] == nil, !namesInPlacement.contains(name) {
        return name
      }
      number += 1
    }
  }

  /// Copies a file from elsewhere and keeps it.
  func importFile(
    _ bytes: [UInt8], name: String, timestamp: Int64,
    _ done: @escaping (Result<(FileEntry, LocalCopy), TransferFailure>) -> Void
  ) {
    onDisk { [self] in
      lastSerial += 1
      let partial = Partial(on: disk, name: "partial-\(lastSerial)", at: timestamp * 1_000)
      do throws(TransferFailure) { try partial.append(bytes) } catch {
        partial.discard()
        return done(.failure(error))
      }
      let seconds = Lexeme(timestamp)
      let entry = FileEntry(
        id: Content.id(bytes, seconds.text), name: name, owner: owner.text, timestamp: seconds,
        bytes: UInt64(bytes.count))
      made(entry, bytes)
      keep(partial, as: entry, firstSeen: wall()) { result in
        if case .failure = result { partial.discard() }
        done(result.map { (entry, $0) })
      }
    }
  }

  // MARK: Partial files

  func openPartial(of id: FileID) throws(TransferFailure) -> Partial {
    try disk.check(room: 1)
    return Partial(of: id, on: disk, at: wall())
  }

  func beginPartial() throws(TransferFailure) -> Partial {
    try disk.check(room: 1)
    lastSerial += 1
    return Partial(on: disk, name: "partial-\(lastSerial)", at: wall())
  }

  func discardPartial(of id: FileID) {
    let name = Partial.name(of: id)
    if let inode = disk.partial.names[name] { disk.maps[inode] = nil }
    disk.partial.names[name] = nil
  }

  /// Work that only reads.
  func read(_ work: @escaping () -> Void, failed: @escaping (TransferFailure) -> Void) {
    onDisk { [self] in
      do throws(TransferFailure) {
        try disk.check()
        work()
      } catch {
        failed(error)
      }
    }
  }
}
