import Hummingbird
import ServiceLifecycle

/// The answer to `/api/v1/events`: events for as long as the connection lasts.
struct EventStream: Sendable {
  /// How long a browser waits before it comes back, in milliseconds.
  private static let greeting = "retry: 2000\n\n"
  private static let signOfLife = ":\n\n"

  let feed: EventFeed
  let signals: AsyncStream<Void>
  let lastEventID: String?

  /// - Throws: `Problem` 503 if there are too many listeners.
  init(_ feed: EventFeed, lastEventID: String?) throws(Problem) {
    guard let signals = feed.listen() else {
      throw Problem(.serviceUnavailable, "Too many listen already: ask again later, or read the lists.")
    }
    self.feed = feed
    self.signals = signals
    self.lastEventID = lastEventID
  }

  func body(for request: Request, _ unsent: UnsentBytes) -> ResponseBody {
    ResponseBody { writer in
      var writer = writer
      try? await request.body.consumeWithCancellationOnInboundClose { _ in
        try await write(to: &writer, unsent)
      }
      try await writer.finish(nil)
    }
  }

  /// Ends when too many bytes wait to be taken. Whoever still listens comes back, and is told the present state.
  private func write(to writer: inout any ResponseBodyWriter, _ unsent: UnsentBytes) async throws {
    try await writer.write(ByteBuffer(string: Self.greeting))
    var position = feed.position(lastEventID: lastEventID)
    for await _ in signals {
      let bytes = feed.next(after: &position)
      guard let share = unsent.share(bytes.count) else { return }
      try await writer.write(
        bytes.isEmpty ? ByteBuffer(string: Self.signOfLife) : ByteBuffer(bytes: bytes))
      withExtendedLifetime(share) {}
    }
  }
}
