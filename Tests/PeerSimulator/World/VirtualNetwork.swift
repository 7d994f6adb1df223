import OrderedCollections
import PeerCore

/// Links between machines, each with its latency; some are cut, in one direction or in both.
final class VirtualNetwork {
  private struct Link: Hashable {
    let from: String
    let to: String
  }

  private struct Place: Hashable {
    let address: String
    let port: Int
  }

  unowned let world: World
  /// The addresses that host names mean.
  private var names: [String: String] = [:]
  private var listeners: [Place: (Connection) -> Void] = [:]
  private var latencies: [Link: Int64] = [:]
  private var cut: Set<Link> = []
  /// Machines that do not answer at all, not even that nobody listens there.
  private var dark: Set<String> = []
  private var open: OrderedDictionary<UInt64, Connection> = [:]
  private var lastNumber: UInt64 = 0
  var bytesDelivered = 0

  init(_ world: World) { self.world = world }

  var openConnections: Int { open.count }

  func name(_ host: String, _ address: String) { names[host] = address }
  func address(of host: String) -> String? { names[host] ?? (host.first?.isNumber == true ? host : nil) }

  func listen(at address: String, _ port: Int, _ accept: @escaping (Connection) -> Void) {
    dark.remove(address)
    listeners[Place(address: address, port: port)] = accept
  }

  /// - Parameter silently: whether the machine does not even refuse connections, as one without power.
  func stopListening(at address: String, _ port: Int, silently: Bool) {
    listeners[Place(address: address, port: port)] = nil
    if silently { dark.insert(address) }
  }

  // MARK: Partitions

  func cut(from: String, to: String) { cut.insert(Link(from: from, to: to)) }
  func heal() { cut = [] }
  func isCut(from: String, to: String) -> Bool {
    from != to && !cut.isEmpty && cut.contains(Link(from: from, to: to))
  }

  // MARK: Connections

  /// Calls back once, with a connection or with why there is none.
  func dial(
    from: String, to endpoint: Endpoint, _ done: @escaping (Connection?, _ why: String) -> Void
  ) {
    guard let to = address(of: endpoint.host) else {
      return world.schedule.after(20) { done(nil, "unknown host") }
    }
    let isUnreachable = isCut(from: from, to: to) || isCut(from: to, to: from) || dark.contains(to)
    if isUnreachable { return world.schedule.after(5_000) { done(nil, "no answer in 5 s") } }
    let delay = latency(from: from, to: to) + latency(from: to, to: from)
    world.schedule.after(delay) { [self] in
      guard let accept = listeners[Place(address: to, port: endpoint.port)],
        !(world.isChaotic && world.chance(1, in: 100))
      else {
        if world.isChaotic { world.faults.note(.refused) }
        return done(nil, "connection refused")
      }
      lastNumber += 1
      let connection = Connection(lastNumber, self, from: from, to: to, fate: chooseFate())
      open[lastNumber] = connection
      accept(connection)
      done(connection, "")
    }
  }

  func forget(_ connection: Connection) { open[connection.number] = nil }

  func dissolve() {
    for connection in open.values { connection.dissolve() }
    open = [:]
    listeners = [:]
  }

  private func chooseFate() -> Connection.Fate {
    guard world.isChaotic else { return .none }
    let side: Connection.Side = world.chance(1, in: 2) ? .dialer : .listener
    let bytes = world.chance(1, in: 2) ? world.pick(0...400) : world.pick(0...40_000)
    switch world.pick(0...99) {
    case 0...3: return .reset(side, after: bytes)
    case 4...5: return .silence(side, after: bytes)
    case 6...8: return .stall(side, after: bytes, milliseconds: Int64(world.pick(500...40_000)))
    default: return .none
    }
  }

  // MARK: Time

  /// Milliseconds that a packet takes.
  func latency(from: String, to: String) -> Int64 {
    if from == to { return 0 }
    let link = Link(from: from, to: to)
    let base: Int64
    if let known = latencies[link] {
      base = known
    } else {
      base = Int64(world.pick(1...80))
      latencies[link] = base
    }
    guard world.isChaotic, world.chance(1, in: 200) else { return base + Int64(world.pick(0...5)) }
    world.faults.note(.latency)
    return base + Int64(world.pick(200...3_000))
  }

  /// The most bytes of one piece: messages are cut into many, files into fewer.
  func grain(for count: Int) -> Int { count > 4_096 ? 16_384 : world.pick(1...max(1, min(count, 600))) }
}
