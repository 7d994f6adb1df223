import Hummingbird
import NIOCore

/// Writes an answer no faster than its reader takes it.
///
/// A connection tells only on its event loop that it is full. A task that writes without ever waiting for the loop hands
/// over the whole answer before it can hear of that.
struct PacedWriter<Parent: ResponseBodyWriter>: ResponseBodyWriter {
  /// Bytes that are handed over at a time: a connection accepts a piece of any size.
  private static var piece: Int { 64 << 10 }

  private var parent: Parent
  private let eventLoop: any EventLoop

  init(_ parent: Parent, on eventLoop: any EventLoop) {
    self.parent = parent
    self.eventLoop = eventLoop
  }

  mutating func write(_ buffer: ByteBuffer) async throws {
    var rest = buffer
    while let piece = rest.readSlice(length: min(rest.readableBytes, Self.piece)), piece.readableBytes > 0 {
      try await parent.write(piece)
      try await eventLoop.submit {}.get()
    }
  }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
    try await parent.finish(trailingHeaders)
  }
}

extension ResponseBody {
  /// The same body, in memory only as far as its reader has taken it or its writer makes it ahead.
  func paced(on eventLoop: any EventLoop) -> ResponseBody {
    guard contentLength != 0 else { return self }
    return ResponseBody(contentLength: contentLength) { writer in
      try await self.write(Self.paced(writer, on: eventLoop))
    }
  }

  private static func paced(
    _ writer: some ResponseBodyWriter, on eventLoop: any EventLoop
  ) -> any ResponseBodyWriter {
    PacedWriter(writer, on: eventLoop)
  }
}
