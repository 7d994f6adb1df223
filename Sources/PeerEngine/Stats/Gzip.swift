import Hummingbird
import NIOEmbedded
import NIOHTTP1
import NIOHTTPCompression

/// Compresses whole answers (RFC 9110, 8.4.1.3). The library's compressor is a handler in a channel. Here it gets a
/// channel of its own, so that it does not work on an event loop, and a compressed answer can be kept.
enum Gzip {
  /// Fewer bytes are not worth compressing.
  static let least = 1024

  static func isAccepted(by acceptEncoding: String?) -> Bool {
    guard let acceptEncoding else { return false }
    return acceptEncoding.lowercased().split(separator: ",").contains { item in
      let parts = item.split(separator: ";").map(\.trimmed)
      guard parts.first == "gzip" else { return false }
      let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 }
      return quality ?? 1 > 0
    }
  }

  /// `nil` if it could not be compressed; then the bytes are sent as they are.
  static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
    let channel = EmbeddedChannel(handler: HTTPResponseCompressor())
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    var request = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    request.headers.add(name: "Accept-Encoding", value: "gzip")
    let response = HTTPResponseHead(version: .http1_1, status: .ok)
    do {
      try channel.writeInbound(HTTPServerRequestPart.head(request))
      channel.write(HTTPServerResponsePart.head(response), promise: nil)
      channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes))), promise: nil)
      channel.write(HTTPServerResponsePart.end(nil), promise: nil)
      channel.flush()
      while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
        if case .body(.byteBuffer(let buffer)) = part { return Array(buffer.readableBytesView) }
      }
    } catch {
      // Nothing that a visitor sends can lead here. The answer goes out as it is.
    }
    return nil
  }
}
