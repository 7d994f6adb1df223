import CSupport
import GRDB
import NIOPosix
import PeerCore
import Synchronization

/// Everything that a peer keeps on disk: `files/`, and the catalogue, partial files and trash in `.p2ptui/`.
///
/// Invariants:
/// - What has a name in `files/` was verified before, or was put there by hand. Nothing there is ever overwritten or
///   deleted; `trash` moves it.
/// - A download has a receipt before it has a name in `files/`, so that it never becomes a file of our own.
/// - A `copy` in the catalogue describes a file that had this size and modification time when it was hashed.
///
/// What is synced when, and what a crash leaves behind, is in docs/adr/0001-what-is-synced-when.md.
///
/// Asynchronous functions do their blocking work on threads of the store's own. All others block, and have to be called
/// from threads that may. A store has to be closed before it is let go of.
public final class HomeStore: Sendable {
  /// Threads for placing, importing and trashing: one that waits for a disk to sync leaves others.
  static let threads = 4
  /// Bytes that are left free for the catalogue when a partial file is begun.
  static let reserve: UInt64 = 64 << 20

  let home: Home
  let catalogue: Catalogue
  let journal: ReceiptJournal
  /// What happened while opening that the user should know; one line each.
  public let warnings: [String]

  let names = Mutex(NamesInPlacement())
  let ownNames = Mutex(OwnNames())
  private let lock: OpenFile
  private let disk = NIOThreadPool(numberOfThreads: HomeStore.threads)
  /// One thread: scans are one after the other, and a long one holds up nothing else.
  private let scanner = NIOThreadPool(numberOfThreads: 1)
  /// Hashing follows the transfers; more threads than cores help nobody.
  private let hashers = NIOThreadPool(numberOfThreads: 2)
  /// One thread: it waits for the disk's queue, so that those that hash need not.
  private let writers = NIOThreadPool(numberOfThreads: 1)
  /// One thread: block lists are made for whoever asks, one after the other, and hold up nothing else.
  private let listers = NIOThreadPool(numberOfThreads: 1)
  private let stopping = Atomic(false)
  /// Makes names of partial files and of trash unique.
  private let serial = Atomic<UInt64>(0)

  init(home: Home, lock: OpenFile, opened: OpenedCatalogue, warnings: [String]) {
    self.home = home
    self.lock = lock
    catalogue = opened.catalogue
    journal = opened.journal
    self.warnings = warnings
    disk.start()
    scanner.start()
    hashers.start()
    writers.start()
    listers.start()
  }

  /// Creates what is missing in a home, takes its lock, and opens its catalogue; finishes what a crash
  /// interrupted. Blocks.
  public static func open(home path: String) throws(StartError) -> HomeStore {
    let home = Home(path)
    let lock = try home.prepare()
    let opened = try OpenedCatalogue(home: home)
    do {
      try recover(home, opened.catalogue)
      try purgeTrash(home, now: Disk.nowMilliseconds())
      return HomeStore(
        home: home, lock: lock, opened: opened, warnings: opened.warnings + (try home.warnings))
    } catch {
      throw StartError("cannot use home \(path): \(error). \(Home.advice(for: error))")
    }
  }

  /// Waits for what is under way, except that hashing and copying end at once, and lets go of the home.
  public func close() async {
    stopping.store(true, ordering: .relaxed)
    try? await disk.shutdownGracefully()
    try? await scanner.shutdownGracefully()
    try? await hashers.shutdownGracefully()
    try? await writers.shutdownGracefully()
    try? await listers.shutdownGracefully()
    try? catalogue.close()
    lock.unlock()
  }

  // MARK: The catalogue

  /// All that is remembered of files, in the order in which they were heard of, of deleted ones, and of the
  /// queue.
  public func load() async throws(StorageError) -> Remembered {
    try await catalogue.enqueue { db in try Tables.load(db) }
  }

  /// One transaction; it survives a loss of power once this returns. Calls from one actor are served in
  /// their order.
  ///
  /// `remove` forgets a copy too, but leaves its file where it is, to be found by the next scan: `trash` it
  /// before.
  public nonisolated(nonsending) func apply(_ changes: [CatalogueChange]) async throws(StorageError) {
    try await catalogue.enqueue { db in try Tables.apply(changes, db) }
  }

  // MARK: Files

  /// - Parameter bytes: how many are expected.
  /// - Throws: `StorageError.diskFull` if there is no room for them.
  public func beginPartial(expecting bytes: UInt64 = 0) throws(StorageError) -> PartialFile {
    try checkRoom(for: bytes)
    return try PartialFile(directory: home.partial, name: "partial-\(nextSerial())")
  }

  /// The partial file of a download, as it was left, or a new one. Blocks.
  ///
  /// - Throws: `StorageError.diskFull` if there is no room even for the catalogue.
  public func openPartial(of id: FileID) throws(StorageError) -> PartialFile {
    try checkRoom(for: 0)
    return try PartialFile(resuming: id, in: home.partial)
  }

  /// Reserves room for a download.
  ///
  /// - Throws: `StorageError.diskFull` if it would leave none for the catalogue.
  public func expect(_ size: UInt64, in partial: PartialFile) throws(StorageError) {
    let (known, complete) = partial.progress
    guard known != size, PartialFile.isLarge(size) else { return try partial.expect(size: size) }
    try checkRoom(for: size - min(size, complete.byteCount))
    try partial.expect(size: size)
  }

  /// - Throws: `StorageError.diskFull` unless so many bytes leave room for the catalogue.
  private func checkRoom(for bytes: UInt64) throws(StorageError) {
    guard try freeSpace() >= Units.sum(bytes, Self.reserve) else { throw .diskFull(path: home.partial) }
  }

  /// Hashes all that is there without a gap.
  public func finishHash(of partial: PartialFile) async throws(StorageError) {
    try await onDisk { () throws(StorageError) in
      try partial.finishHash { self.beginWriteBackOfHashed(in: partial) }
    }
  }

  func blocks(
    of partial: PartialFile, differingFrom list: BlockList
  ) async throws(StorageError) -> [Int] {
    try await onDisk { () throws(StorageError) in try partial.blocks(differingFrom: list) }
  }

  /// The SHA-256 of each block of a copy (PROTOCOL.md, "Extension").
  public func blockList(of copy: LocalCopy) async throws(StorageError) -> BlockList? {
    try await Self.run(on: listers) { () throws(StorageError) in
      try self.openCopy(copy).blockList { () throws(StorageError) in
        support_yield_to_others()
        try self.checkStopping()
      }
    }
  }

  /// Throws away what is here of a download that is not open. Blocks.
  public func discardPartial(of id: FileID) { try? PartialFile.discard(id, in: home.partial) }

  /// Bytes were written: lets the hash follow, on a thread of its own.
  public func followHash(of partial: PartialFile) {
    if partial.beginFollowing() { continueHash(of: partial) }
  }

  private func continueHash(of partial: PartialFile) {
    hashers.submit { [weak self] state in
      support_yield_to_others()
      guard case .active = state, let self else { return }
      let goesOn = partial.follow()
      beginWriteBackOfHashed(in: partial)
      if goesOn { continueHash(of: partial) }
    }
  }

  private func beginWriteBackOfHashed(in partial: PartialFile) {
    writers.submit { state in
      if case .active = state { partial.beginWriteBackOfHashed() }
    }
  }

  /// Bytes that can still be written to the home's file system.
  public func freeSpace() throws(StorageError) -> UInt64 { try Disk.freeSpace(home.partial) }

  /// The path of a copy, for people to read.
  public func path(of copy: LocalCopy) -> String { home.file(copy.storedName) }

  /// - Throws: `StorageError.changed` if the file is not the one that was recorded.
  public func openCopy(_ copy: LocalCopy) throws(StorageError) -> ReadableFile {
    try ReadableFile(copy, path: home.file(copy.storedName))
  }

  // MARK: Threads

  func onDisk<T: Sendable>(
    _ body: @escaping @Sendable () throws(StorageError) -> T
  ) async throws(StorageError) -> T {
    try await Self.run(on: disk, body)
  }

  func onScanner<T: Sendable>(
    _ body: @escaping @Sendable () throws(StorageError) -> T
  ) async throws(StorageError) -> T {
    try await Self.run(on: scanner, body)
  }

  private static func run<T: Sendable>(
    on pool: NIOThreadPool, _ body: @escaping @Sendable () throws(StorageError) -> T
  ) async throws(StorageError) -> T {
    let result: Result<T, StorageError>
    do {
      result = try await pool.runIfActive { Result { () throws(StorageError) in try body() } }
    } catch {
      throw .closed
    }
    return try result.get()
  }

  /// Called between chunks of long work.
  func checkStopping() throws(StorageError) {
    if stopping.load(ordering: .relaxed) { throw .closed }
  }

  func nextSerial() -> UInt64 { serial.wrappingAdd(1, ordering: .relaxed).newValue }
}
