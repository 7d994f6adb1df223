import DequeModule
import OrderedCollections
import PeerCore

/// Delivers messages that expect no answer, as the engine's `Courier`: one connection for each, or for all
/// that may be joined.
final class SimulatedCourier {
  static let sends = 64
  static let waitingSends = 8_192

  private unowned let process: PeerProcess
  private var waiting: Deque<(bytes: [UInt8], endpoint: Endpoint, joins: Bool)> = []
  private var deliveries: OrderedDictionary<UInt64, Delivery> = [:]
  private var lastNumber: UInt64 = 0

  init(_ process: PeerProcess) { self.process = process }

  var waitingCount: Int { waiting.count }

  func send(_ bytes: [UInt8], to endpoint: Endpoint, _ joins: Bool) {
    if joins, let index = waiting.lastIndex(where: { $0.joins && $0.endpoint == endpoint }) {
      waiting[index].bytes += bytes
      return
    }
    guard waiting.count < Self.waitingSends else {
      return process.tell(.sendFailed(to: endpoint, reason: "too many messages wait to be sent"))
    }
    waiting.append((bytes, endpoint, joins))
    process.later { $0.courier.startNext() }
  }

  private func startNext() {
    guard deliveries.count < Self.sends, let (bytes, endpoint, _) = waiting.popFirst() else { return }
    lastNumber += 1
    let number = lastNumber
    let delivery = Delivery(process, bytes, endpoint) { [weak self] in
      self?.deliveries[number] = nil
      self?.startNext()
    }
    deliveries[number] = delivery
    delivery.start()
  }

  func end(_ silently: Bool) {
    for delivery in deliveries.values { delivery.abandon(silently) }
    deliveries = [:]
    waiting = []
  }

  private final class Delivery: ConnectionEnd {
    private unowned let process: PeerProcess
    private let bytes: [UInt8]
    private let endpoint: Endpoint
    private let over: () -> Void
    private var connection: Connection?

    init(_ process: PeerProcess, _ bytes: [UInt8], _ endpoint: Endpoint, over: @escaping () -> Void) {
      self.process = process
      self.bytes = bytes
      self.endpoint = endpoint
      self.over = over
    }

    func start() {
      process.dial(endpoint, for: self) { [self] connection in
        self.connection = connection
        connection.write(bytes, from: .dialer)
        connection.end(from: .dialer)
        process.handle(.sent(to: endpoint))
        // The other side closes, or it doesn't: it holds up no other message.
        over()
        process.world.schedule.after(IdleTimer.idle) { connection.close(from: .dialer) }
      } failed: { [self] why in
        over()
        process.handle(.sendFailed(to: endpoint, reason: why))
      }
    }

    func abandon(_ silently: Bool) { connection?.abandon(from: .dialer, silently: silently) }
    func received(_ bytes: [UInt8]) {}
    func ended() { connection?.close(from: .dialer) }
    func broke(_ why: String) {}
  }
}
