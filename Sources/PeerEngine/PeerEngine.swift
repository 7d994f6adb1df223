import Foundation
import NIOCore
import NIOPosix
import PeerCore

/// A running peer: listens, gossips, fetches and serves files, until it is stopped.
public final class PeerEngine: PeerClient {
  let loop: EngineLoop
  let store: HomeStore
  private let clock: SystemClock
  private let listener: Listener
  private let logFile: LogFile?
  private let watcher: Task<Void, Never>

  // MARK: Starting

  /// Opens the home, listens, and begins to take part in the network.
  ///
  /// - Throws: `StartError`; then nothing is left running.
  public static func start(_ configuration: EngineConfiguration) async throws -> PeerEngine {
    let home = absolutePath(configuration.home)
    let store = try HomeStore.open(home: home)
    do {
      return try await start(configuration, home: home, store: store)
    } catch {
      await store.close()
      throw error
    }
  }

  private static func start(
    _ configuration: EngineConfiguration, home: String, store: HomeStore
  ) async throws -> PeerEngine {
    let clock = SystemClock()
    let limits = Limits()
    let file = try LogFile(path: configuration.logFile ?? "\(home)/.p2ptui/peer.log")
    let book = LogBook(level: configuration.logLevel, capacity: limits.logLines, file: file)
    for warning in store.warnings { book.append(.warning, warning, at: clock.now.wall) }
    await importMetadata(into: store, book, clock)
    let remembered = try await load(store)
    Descriptors.raise()
    let networkLimits = NetworkLimits().within(spare: Descriptors.spare)
    let (listener, addresses) = try await listen(configuration, networkLimits)
    let endpoint = Endpoint(host: configuration.host, port: listener.port)
    let me = LocalPeer(
      peerID: PeerID(configuration.peerID), endpoint: endpoint, version: EngineConfiguration.version,
      started: clock.now.wall, filesPath: "\(home)/files")
    let state = PeerState(
      me: PeerState.Identity(peerID: me.peerID, endpoint: endpoint, addresses: addresses),
      settings: configuration.settings, limits: limits, remembered: remembered,
      seed: configuration.seed ?? .random(in: .min ... .max))
    let loop = EngineLoop(
      state: state, me: me, store: store, book: book, clock: clock, coreLimits: limits)
    await loop.log(.info, "“\(Visible.text(configuration.peerID))” listens on \(endpoint)")
    if let control = CongestionControl.onLoopback {
      await loop.log(
        .debug, "TCP within this machine: \(control) instead of the system's bbr, which is slower there")
    }
    await loop.start(listener, networkLimits)
    return PeerEngine(
      loop: loop, store: store, clock: clock, listener: listener, logFile: file, owner: me.peerID)
  }

  private init(
    loop: EngineLoop, store: HomeStore, clock: SystemClock, listener: Listener, logFile: LogFile?,
    owner: PeerID
  ) {
    self.loop = loop
    self.store = store
    self.clock = clock
    self.listener = listener
    self.logFile = logFile
    watcher = Task { await FilesWatcher(store: store, loop: loop, owner: owner).run() }
  }

  private static func absolutePath(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }

  private static func load(_ store: HomeStore) async throws -> Remembered {
    do {
      return try await store.load()
    } catch {
      throw StartError("cannot read the catalogue: \(error)")
    }
  }

  /// A `metadata.json` that cannot be imported is left alone, and the log says so: the peer works without it.
  private static func importMetadata(into store: HomeStore, _ book: LogBook, _ clock: SystemClock) async {
    do {
      guard let json = try await store.metadataToImport() else { return }
      let entries = try MetadataFile.entries(in: json)
      try await store.importMetadata(entries: entries, now: clock.now.wall)
      book.append(.info, "metadata.json: \(entries.count) files imported", at: clock.now.wall)
    } catch {
      book.append(.error, "metadata.json cannot be imported: \(error)", at: clock.now.wall)
    }
  }

  /// - Returns: the listener, and every numeric address that means this peer.
  private static func listen(
    _ configuration: EngineConfiguration, _ limits: NetworkLimits
  ) async throws -> (Listener, Set<String>) {
    let name = configuration.bind ?? configuration.host
    let place = "\(name):\(configuration.p2pPort)"
    let resolved = await Resolver().addresses(of: name)
    guard let address = resolved.first else {
      throw StartError(
        "cannot listen on \(place): unknown host. Check <host>, or choose an address with --bind")
    }
    do {
      let listener = try await Listener.bind(
        try SocketAddress(ipAddress: address, port: configuration.p2pPort),
        limits: limits)
      let told = await Resolver().addresses(of: configuration.host)
      return (listener, Set(told).union(resolved).union(ownAddresses(boundTo: address)))
    } catch {
      throw StartError("cannot listen on \(place): \(Dialer.reason(error)). \(advice(for: error))")
    }
  }

  private static func ownAddresses(boundTo address: String) -> [String] {
    guard address == "0.0.0.0" || address == "::" else { return [address] }
    let devices = (try? System.enumerateDevices()) ?? []
    return devices.compactMap(\.address?.ipAddress)
  }

  private static func advice(for error: any Error) -> String {
    switch (error as? IOError)?.errnoCode {
    case EADDRINUSE: "Is another peer running? Choose another <p2p_port>."
    case EACCES, EPERM: "Choose a <p2p_port> of 1024 or more."
    case EADDRNOTAVAIL: "It is no address of this machine: choose one with --bind, such as --bind 0.0.0.0."
    default: "Choose another <host> or <p2p_port>, or an address with --bind."
    }
  }

  // MARK: Being used

  /// The newest snapshot, with the present time, so that ages are right.
  public var snapshot: Snapshot {
    var snapshot = loop.hub.newest
    snapshot.taken = clock.now
    return snapshot
  }

  /// The present snapshot, then the newest whenever there is one. Whoever is slow misses some.
  public func snapshots() -> AsyncStream<Snapshot> { loop.hub.listen() }

  /// Carries out a command. Commands are carried out in the order in which they come.
  public func submit(_ command: Command) async -> CommandReply { await loop.submit(command) }

  /// Adds a line to the log. Text from the network has to be made harmless before (`Visible`).
  public func log(_ level: LogLevel, _ text: String) async { await loop.log(level, text) }

  /// Says where the page is, for snapshots to tell.
  public func setPage(url: String, port: Int) async { await loop.setPage(url: url, port: port) }

  /// What `/metrics` tells beside the snapshot.
  public var metrics: PeerMetrics { loop.metrics }

  // MARK: Stopping

  /// Ends every connection, writes what has to be remembered, and lets go of the home. The peer cannot be started
  /// again.
  public func stop() async {
    watcher.cancel()
    try? await listener.channel.channel.close()
    await loop.stop()
    // Closing ends a long look at files/, which the watcher may be waiting for.
    await store.close()
    await watcher.value
    logFile?.flush()
  }
}
