import NIOCore
import PeerCore

/// Takes the bytes of the files that come on a connection, piece by piece, so that no file is ever in memory.
protocol FileReceiver: AnyObject {
  /// Is called before the first byte of a file.
  ///
  /// - Parameters:
  ///   - part: which raw bytes follow; `nil` if it is a whole file as hex.
  ///   - file: whose bytes they are, if the message has said so before them.
  func begin(_ part: RawPart?, of file: FileID?) throws
  /// Takes the next bytes of the file. They are valid only during the call.
  func take(_ bytes: UnsafeRawBufferPointer) throws
}

/// Reads the messages of one connection. The bytes of files do not become part of the messages: whether they come as
/// hex or raw, they go to a receiver, in the order of their arrival.
struct MessageReader<Receiver: FileReceiver> {
  private struct Sink: MessageSink {
    var messages: [Message] = []
    /// Why the receiver takes no more bytes. A sink can throw nothing but a `WireError`, so the reader throws this,
    /// once the decoder has returned.
    var failure: (any Error)?
    let receiver: Receiver
    let hex = HexDecoder()

    /// A message has ended, and with it the hex digits of its file, of which there must be an even number.
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

  /// How many bytes of an unfinished message are in memory.
  var heldBytes: Int { decoder.heldBytes }
  var isBetweenMessages: Bool { decoder.isBetweenMessages }

  /// Reads all of the buffer.
  ///
  /// - Throws: `WireError`, or what the receiver threw. Messages before that are lost with the connection.
  mutating func read(_ buffer: ByteBuffer) throws -> [Message] {
    try buffer.withUnsafeReadableBytes { try decoder.read($0) }
    return try takeMessages()
  }

  /// Reads up to the end of one message and of the raw bytes that belong to it. What follows stays in the buffer.
  ///
  /// - Returns: the message, or all messages of an array around them; none as long as they are unfinished.
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

  /// The connection has ended.
  ///
  /// - Throws: `WireError` if it ended in the middle of a message.
  func finish() throws { try decoder.finish() }
}
