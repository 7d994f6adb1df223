import DequeModule
import PeerCore

/// One end of a connection, told what comes out of it.
protocol ConnectionEnd: AnyObject {
  /// Whether what arrives is taken at once, or only a piece now and then.
  var reads: Bool { get }
  func received(_ bytes: [UInt8])
  /// The other side sends nothing more.
  func ended()
  /// Nothing more comes or goes.
  func broke(_ why: String)
}

extension ConnectionEnd {
  var reads: Bool { true }
}

/// A TCP connection as the network makes it: bytes come late, and in any pieces, or not at all.
final class Connection {
  enum Side: Int {
    case dialer, listener
    var other: Side { self == .dialer ? .listener : .dialer }
  }

  /// What befalls the connection once so many bytes of one side have arrived.
  enum Fate {
    case none
    case reset(Side, after: Int)
    /// The other side never learns that this one is gone.
    case silence(Side, after: Int)
    case stall(Side, after: Int, milliseconds: Int64)
  }

  private enum Item {
    case bytes([UInt8])
    case end
  }

  private struct Pipe {
    var queue: Deque<(due: Int64, item: Item)> = []
    var isPumping = false
    var lastDue: Int64 = 0
    var arrived = 0
    var underWay = 0
    var hasEnded = false
  }

  let number: UInt64
  private unowned let network: VirtualNetwork
  /// The numeric addresses of its sides.
  private let addresses: [String]
  private var ends: [(any ConnectionEnd)?] = [nil, nil]
  private var pipes = [Pipe(), Pipe()]
  private var fate: Fate
  private var isSilent = false

  init(_ number: UInt64, _ network: VirtualNetwork, from: String, to: String, fate: Fate) {
    self.number = number
    self.network = network
    addresses = [from, to]
    self.fate = fate
  }

  func address(of side: Side) -> String { addresses[side.rawValue] }

  func attach(_ end: any ConnectionEnd, at side: Side) { ends[side.rawValue] = end }

  /// How many bytes this side has written that the other has not received yet.
  func underWay(from side: Side) -> Int { pipes[side.rawValue].underWay }

  func write(_ bytes: [UInt8], from side: Side) {
    guard ends[side.rawValue] != nil, !pipes[side.rawValue].hasEnded else { return }
    var start = 0
    let grain = network.grain(for: bytes.count)
    while start < bytes.count {
      let end = min(bytes.count, start + network.world.pick(1...grain))
      append(.bytes(Array(bytes[start..<end])), from: side)
      start = end
    }
    pipes[side.rawValue].underWay += bytes.count
  }

  /// This side sends nothing more; it still receives.
  func end(from side: Side) {
    guard ends[side.rawValue] != nil, !pipes[side.rawValue].hasEnded else { return }
    pipes[side.rawValue].hasEnded = true
    append(.end, from: side)
  }

  /// This side is gone.
  ///
  /// - Parameter silently: the other side is not told.
  func abandon(from side: Side, silently: Bool = false) {
    guard ends[side.rawValue] != nil else { return }
    ends[side.rawValue] = nil
    pipes[side.rawValue].queue = []
    if silently { isSilent = true }
    if isSilent {
      if ends[side.other.rawValue] == nil { network.forget(self) }
    } else {
      network.world.schedule.after(network.latency(from: address(of: side), to: address(of: side.other))) {
        [self] in
        breakEnd(side.other, "the other side has closed it")
      }
    }
  }

  /// A clean close: what was written still arrives.
  func close(from side: Side) {
    end(from: side)
    guard ends[side.rawValue] != nil else { return }
    ends[side.rawValue] = Closed.shared
    settle()
  }

  /// Lets go of both ends, when the world ends.
  func dissolve() {
    ends = [nil, nil]
    pipes = [Pipe(), Pipe()]
  }

  private func breakEnd(_ side: Side, _ why: String) {
    guard let end = ends[side.rawValue] else { return }
    ends[side.rawValue] = nil
    network.forget(self)
    end.broke(why)
  }

  // MARK: Under way

  private func append(_ item: Item, from side: Side) {
    let delay = network.latency(from: address(of: side), to: address(of: side.other))
    let due = max(pipes[side.rawValue].lastDue, network.world.schedule.now + delay)
    pipes[side.rawValue].lastDue = due
    pipes[side.rawValue].queue.append((due, item))
    pump(side)
  }

  private func pump(_ side: Side) {
    guard !pipes[side.rawValue].isPumping, let first = pipes[side.rawValue].queue.first else { return }
    pipes[side.rawValue].isPumping = true
    network.world.schedule.after(first.due - network.world.schedule.now) { [self] in
      pipes[side.rawValue].isPumping = false
      arrive(from: side)
    }
  }

  private func arrive(from side: Side) {
    guard !pipes[side.rawValue].queue.isEmpty, !isSilent else { return }
    if network.isCut(from: address(of: side), to: address(of: side.other)) { return wait(side, 500) }
    if let pause = meetFate(side) { return wait(side, pause) }
    guard let (_, item) = pipes[side.rawValue].queue.popFirst() else { return }
    defer { if ends[side.other.rawValue]?.reads == false { wait(side, 1_000) } else { pump(side) } }
    switch item {
    case .bytes(let bytes):
      pipes[side.rawValue].arrived += bytes.count
      pipes[side.rawValue].underWay -= bytes.count
      network.bytesDelivered += bytes.count
      ends[side.other.rawValue]?.received(bytes)
    case .end:
      ends[side.other.rawValue]?.ended()
      settle()
    }
  }

  private func wait(_ side: Side, _ milliseconds: Int64) {
    guard !pipes[side.rawValue].queue.isEmpty else { return }
    pipes[side.rawValue].queue[0].due = network.world.schedule.now + milliseconds
    pump(side)
  }

  /// - Returns: how long the bytes have to wait, if they have to. A connection that breaks has none left.
  private func meetFate(_ side: Side) -> Int64? {
    switch fate {
    case .reset(side, let count) where pipes[side.rawValue].arrived >= count:
      fate = .none
      network.world.faults.note(.reset)
      pipes[side.rawValue].queue = []
      pipes[side.other.rawValue].queue = []
      network.world.schedule.after(0) { [self] in
        breakEnd(.dialer, "connection reset")
        breakEnd(.listener, "connection reset")
      }
    case .silence(side, let count) where pipes[side.rawValue].arrived >= count:
      fate = .none
      network.world.faults.note(.halfOpen)
      isSilent = true
    case .stall(side, let count, let pause) where pipes[side.rawValue].arrived >= count:
      fate = .none
      network.world.faults.note(.stall)
      return pause
    default: break
    }
    return nil
  }

  private func settle() {
    guard pipes.allSatisfy({ $0.hasEnded && $0.queue.isEmpty }) else { return }
    network.forget(self)
  }

  /// Takes what arrives after a close, and does nothing with it.
  private final class Closed: ConnectionEnd, Sendable {
    static let shared = Closed()
    func received(_ bytes: [UInt8]) {}
    func ended() {}
    func broke(_ why: String) {}
  }
}
