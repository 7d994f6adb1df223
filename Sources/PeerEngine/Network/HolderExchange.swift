import NIOCore
import PeerCore

/// What is asked on a connection to a holder, and how the answer is read.
protocol HolderExchange: Sendable {
  /// The message that asks. It is written as soon as there is a connection, before the answers to earlier requests have
  /// come.
  var request: [UInt8] { get }
  /// Whether the holder takes no further request on the connection. Our side of it is closed after this one, as the
  /// holder may wait for that.
  var isLast: Bool { get }
  /// Reads the answer.
  func perform(on stream: inout HolderStream) async -> ExchangeEnd
  /// Begins the exchange, on a connection that is kept or on a new one. If that connection ends before the turn of the
  /// exchange has come, it begins anew.
  func start()
  /// Reports that no connection could be made.
  func fail(_ failure: TransferFailure)
}

/// How an exchange has ended.
struct ExchangeEnd {
  /// Whether the connection is fit for another exchange.
  let isFit: Bool
  /// Reports what became of the exchange. It is called only when the connection is free again, so that a request that
  /// follows from the report can use it, and after those answers that have come already.
  let tell: @Sendable () -> Void
}

/// What an exchange sees of its connection to a holder.
struct HolderStream {
  let channel: any Channel
  let watchdog: Watchdog
  var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  /// Bytes that have come after the end of this answer: the beginning of the next one.
  var rest = ByteBuffer()
  /// Whether an earlier exchange went well on the connection. The holder may have closed it since.
  var isReused = false
  /// The exchanges that have ended since somebody was told.
  private(set) var ended: [ExchangeEnd] = []

  /// Keeps a report until all answers that have come are read: those of small files often come together, and what
  /// follows from their reports then costs as much as for one.
  mutating func note(_ end: ExchangeEnd) { ended.append(end) }

  /// Reports what has been kept back. Whoever is about to wait calls it.
  mutating func tellEnded() {
    for end in ended { end.tell() }
    ended = []
  }

  /// The next bytes of the answer; `nil` once the holder has closed the connection.
  mutating func next() async throws -> ByteBuffer? {
    guard rest.readableBytes == 0 else {
      defer { rest = ByteBuffer() }
      return rest
    }
    tellEnded()
    return try await inbound.next()
  }
}
