import HeapModule
import PeerCore

/// Whole cores, whose messages are written and read as always, and arrive.
public final class WholeNetwork {
  private struct Node {
    var state: PeerState
    var deadline = Int64.max
    var isUp = false
  }

  /// A message for a peer, or its time.
  private struct Item: Comparable {
    let time: Int64
    let number: UInt64
    let node: Int
    var message: [UInt8] = []
    var from = 0

    static func == (a: Item, b: Item) -> Bool { a.number == b.number }
    static func < (a: Item, b: Item) -> Bool { (a.time, a.number) < (b.time, b.number) }
  }

  private let plan: ScalePlan
  private let limits = Limits()
  private var random: RandomSource
  private var nodes: [Node] = []
  private var places: [Endpoint: Int] = [:]
  private var items = Heap<Item>()
  private var lastNumber: UInt64 = 0
  private var now: Int64 = 0
  private var messages = 0
  private var bytes = 0

  public init(_ plan: ScalePlan) {
    self.plan = plan
    random = RandomSource(seed: plan.seed)
    // The last one is the newcomer.
    for index in 0...plan.peers {
      nodes.append(Node(state: makePeer(index)))
      places[ScalePlan.endpoint(index)] = index
      let start =
        index == plan.peers
        ? ScalePlan.newcomerStart : Int.random(in: 0..<ScalePlan.startWindow, using: &random)
      put(Item(time: Int64(start), number: number(), node: index))
    }
  }

  private func makePeer(_ index: Int) -> PeerState {
    var settings = Settings()
    settings.autoFetch = 0
    settings.bootstrap = (0..<min(plan.peers, ScalePlan.wellKnown)).map(ScalePlan.endpoint)
    let files = (0..<(index < plan.peers ? plan.filesOfEach : 0)).map { number in
      let entry = plan.file(number, of: index)
      let copy = LocalCopy(storedName: entry.name, size: entry.sizeBytes ?? 0, modified: 0)
      return StoredFile(entry: entry, copy: copy, firstSeen: 0)
    }
    let me = PeerState.Identity(
      peerID: ScalePlan.id(index), endpoint: ScalePlan.endpoint(index),
      addresses: [ScalePlan.address(index)])
    return PeerState(
      me: me, settings: settings, limits: limits, remembered: Remembered(files: files), seed: random.next())
  }

  private func number() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  private func put(_ item: Item) { items.insert(item) }

  /// - Parameter tell: called at the end of each second.
  public func run(_ tell: (ScaleSample) -> Void) {
    for second in 1...plan.duration {
      let end = Int64(second) * 1_000
      while let next = items.min, next.time <= end {
        items.removeMin()
        now = next.time
        happen(next)
      }
      tell(sample(second))
    }
  }

  private func happen(_ item: Item) {
    if !nodes[item.node].isUp {
      guard item.message.isEmpty else { return }
      nodes[item.node].isUp = true
      return step(item.node, .started)
    }
    guard item.message.isEmpty else {
      let address = ScalePlan.address(item.from)
      for message in (try? WireReader(limits, nil).read(item.message)) ?? [] {
        step(item.node, .received(message, from: address, on: ConnectionID(item.number)))
      }
      return
    }
    if nodes[item.node].deadline == item.time { step(item.node, .tick) }
  }

  private func step(_ node: Int, _ event: Event) {
    let moment = Moment(uptime: now, wall: Machine.epoch + now)
    for effect in nodes[node].state.step(event, at: moment) {
      guard case .send(let message, let endpoint, _) = effect, let place = places[endpoint] else { continue }
      messages += 1
      bytes += message.count
      let latency = Int64(Int.random(in: ScalePlan.latency, using: &random))
      put(Item(time: now + latency, number: number(), node: place, message: message, from: node))
    }
    let deadline = nodes[node].state.nextDeadline
    guard deadline != nodes[node].deadline else { return }
    nodes[node].deadline = deadline
    put(Item(time: deadline, number: number(), node: node))
  }

  private func sample(_ second: Int) -> ScaleSample {
    defer { (messages, bytes) = (0, 0) }
    let peers = Double(plan.peers)
    var sample = ScaleSample(second: second)
    let newcomer = ScalePlan.id(plan.peers)
    for node in nodes.dropLast() {
      let knows = node.state.tracks(newcomer)
      sample.members += Double(node.state.trackedCount - (knows ? 1 : 0)) / max(1, peers - 1)
      sample.catalogue += plan.files == 0 ? 1 : Double(node.state.records.count) / Double(plan.files)
      sample.newcomer += knows ? 1 : 0
    }
    sample.members /= peers
    sample.catalogue /= peers
    sample.newcomer /= peers
    sample.messages = Double(messages) / peers
    sample.bytes = Double(bytes) / peers
    return sample
  }
}
