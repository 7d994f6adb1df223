import NIOCore
import PeerCore

/// Takes the bytes of a file as they come with a FILE_DATA, while its connection is being read.
protocol FileReceiver: AnyObject {
  /// - Parameters:
  ///   - part: which bytes follow; `nil` for all of a file, as hex.
  ///   - file: whose bytes, if the message has said so before them.
  func begin(_ part: RawPart?, of file: FileID?) throws
  /// The next bytes of the file, valid only during the call.
  func take(_ bytes: UnsafeRawBufferPointer) throws
}

/// The messages of one connection; the bytes of files, whether they come as hex or raw, go to a receiver in
/// the order of their arrival.
struct MessageReader<Receiver: FileReceiver> {
  private struct Sink: MessageSink {
    var messages: [Message] = []
    /// Why the receiver takes no more.
    var failure: (any Error)?
    let receiver: Receiver
    let hex = HexDecoder()

    mutating func message(_ message: Message) throws(WireError) {
      guard hex.isComplete else { throw .badHex(at: hex.digits) }
      hex.reset()
      messages.append(message)
      guard case .fileData(let data) = message, let part = data.raw else { return }
      attempt { try $0.begin(part, of: data.id) }
    }

    mutating func dataBegan(of file: FileID?) {
      hex.reset()
      attempt { try $0.begin(nil, of: file) }
    }

    mutating func data(_ digits: UnsafeRawBufferPointer) throws(WireError) {
      guard let bytes = hex.decode(digits) else { throw .badHex(at: hex.digits) }
      attempt { try $0.take(bytes) }
    }

    mutating func raw(_ bytes: UnsafeRawBufferPointer) { attempt { try $0.take(bytes) } }

    private mutating func attempt(_ work: (Receiver) throws -> Void) {
      guard failure == nil else { return }
      do { try work(receiver) } catch { failure = error }
    }
  }

  private var decoder: MessageDecoder<Sink>

  init(limits: Limits, receiver: Receiver) {
    decoder = MessageDecoder(limits: limits, sink: Sink(receiver: receiver))
  }

  var heldBytes: Int { decoder.heldBytes }
  var isBetweenMessages: Bool { decoder.isBetweenMessages }

  /// - Throws: `WireError`, or what the receiver threw; messages before that are lost with the connection.
  mutating func read(_ buffer: ByteBuffer) throws -> [Message] {
    try buffer.withUnsafeReadableBytes { try decoder.read($0) }
    return try takeMessages()
  }

  /// Takes from the buffer no more than up to the end of a message and its raw bytes.
  ///
  /// - Returns: the message, once it has been read, or those of an array around messages.
  /// - Throws: as `read`.
  mutating func readMessage(_ buffer: inout ByteBuffer) throws -> [Message] {
    _ = try buffer.readWithUnsafeReadableBytes { try decoder.readMessage($0) }
    return try takeMessages()
  }

  private mutating func takeMessages() throws -> [Message] {
    if let failure = decoder.sink.failure { throw failure }
    defer { decoder.sink.messages.removeAll(keepingCapacity: true) }
    return decoder.sink.messages
  }

  func finish() throws { try decoder.finish() }
}
