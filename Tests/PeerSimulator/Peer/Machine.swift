import PeerCore

/// A machine with a disk, on which a peer runs most of the time.
final class Machine {
  static let epoch: Int64 = 1_744_170_000_000
  static let port = 8_000

  let number: UInt64
  let id: PeerID
  let address: String
  let endpoint: Endpoint
  let settings: Settings
  unowned let world: World
  let disk = Disk()
  /// Files that its user has pushed or put into `files/`, whether their peer knows of them yet or not.
  var made: [FileID: (entry: FileEntry, bytes: [UInt8])] = [:]
  /// What its peer has promised, over all its runs.
  var promises = Promises()
  private(set) var process: PeerProcess?
  /// All processes that ever ran here, so that whatever is still under way finds its process, and finds it dead.
  private var runs: [PeerProcess] = []
  private(set) var started: Int64 = 0
  /// How wrong its wall clock is, in milliseconds.
  var wallError: Int64 = 0

  init(_ number: Int, in world: World) {
    self.number = UInt64(number)
    self.world = world
    id = PeerID("peer \(number)")
    address = "10.0.\(number / 250).\(1 + number % 250)"
    // Some machines are known by a host name, which has to be resolved.
    let isNamed = number % 3 == 2
    endpoint = Endpoint(host: isNamed ? "m\(number).example" : address, port: Self.port)
    if isNamed { world.network.name(endpoint.host, address) }
    var settings = Settings()
    settings.bootstrap = world.wellKnown
    settings.autoFetch = world.chance(1, in: 2) ? 3 : 0
    if world.chance(1, in: 4) { settings.quota = UInt64(world.pick(1...4)) << 20 }
    settings.maxFileSize = 64 << 20
    settings.uploads = world.pick(2...16)
    self.settings = settings
  }

  var isUp: Bool { process != nil }
  var wall: Int64 { Self.epoch + world.schedule.now + wallError }

  func start() {
    guard process == nil else { return }
    started = world.schedule.now
    Store.recover(disk)
    let remembered = disk.tables.remembered
    let process = PeerProcess(self, number: UInt64(runs.count), remembered: remembered)
    runs.append(process)
    self.process = process
    process.watch.begins(process, remembered)
    process.start()
  }

  /// - Parameter losesPower: whether what was not synced may be lost, and nobody is told that connections are gone.
  func crash(losesPower: Bool) {
    guard let process else { return }
    process.watch.crashes(process)
    process.end(silently: losesPower)
    self.process = nil
    if losesPower { disk.losePower(&world.random) { world.faults.note(.lostWrite) } }
  }

  func dissolve() {
    process = nil
    runs = []
  }
}
