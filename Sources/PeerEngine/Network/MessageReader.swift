import NIOCore
import PeerCore

/// The messages of one connection, with the bytes of files decoded from hex, in the order of their arrival.
struct MessageReader {
  enum Item {
    case message(Message)
    /// The `data` of what may be a FILE_DATA begins.
    case fileBegan
    case fileBytes([UInt8])
  }

  private struct Sink: MessageSink {
    var items: [Item] = []
    var hex = HexDecoder()

    mutating func message(_ message: Message) throws(WireError) {
      guard hex.isComplete else { throw .badHex(at: hex.digits) }
      items.append(.message(message))
    }

    mutating func dataBegan() {
      hex = HexDecoder()
      items.append(.fileBegan)
    }

    mutating func data(_ hex: UnsafeRawBufferPointer) throws(WireError) {
      guard let bytes = self.hex.decode(hex) else { throw .badHex(at: self.hex.digits) }
      items.append(.fileBytes(bytes))
    }
  }

  private var decoder: MessageDecoder<Sink>

  init(limits: Limits) { decoder = MessageDecoder(limits: limits, sink: Sink()) }

  var heldBytes: Int { decoder.heldBytes }
  var isBetweenMessages: Bool { decoder.isBetweenMessages }

  /// - Throws: `WireError`; items that came before the error are lost with the connection.
  mutating func read(_ buffer: ByteBuffer) throws -> [Item] {
    try buffer.withUnsafeReadableBytes { try decoder.read($0) }
    defer { decoder.sink.items.removeAll() }
    return decoder.sink.items
  }

  func finish() throws { try decoder.finish() }
}
