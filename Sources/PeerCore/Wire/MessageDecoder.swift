/// Takes what a decoder finds while it reads.
public protocol MessageSink {
  /// A whole message. The `data` of a FILE_DATA was passed on before, if it had any.
  mutating func message(_ message: Message) throws(WireError)
  /// The `data` of a message that is, or may yet turn out to be, a FILE_DATA begins.
  ///
  /// - Parameter file: its `file_id`, if that came before the data.
  mutating func dataBegan(of file: FileID?) throws(WireError)
  /// The next piece of that `data`: hex text, of any length.
  mutating func data(_ hex: UnsafeRawBufferPointer) throws(WireError)
  /// The next bytes of a file that follow a FILE_DATA as they are, raw.
  mutating func raw(_ bytes: UnsafeRawBufferPointer) throws(WireError)
}

/// Turns the bytes of one connection into messages, incrementally, in linear time and bounded memory (PROTOCOL.md,
/// "Messages" and "What is out there"). The members of a message may come in any order; one level of an array around
/// messages is unwrapped; the `data` of a FILE_DATA is passed on as it arrives, and never held.
public struct MessageDecoder<Sink: MessageSink> {
  private var tokenizer: JSONTokenizer
  private var builder: MessageBuilder<Sink>
  /// How many raw bytes are still to come.
  private var rawLeft: UInt64 = 0
  /// Whether the line break before them is still to come.
  private var awaitsLineBreak = false

  public init(limits: Limits, sink: Sink) {
    tokenizer = JSONTokenizer(limits: limits)
    builder = MessageBuilder(limits: limits, sink: sink)
  }

  /// The sink that was given, with all that it has taken.
  public var sink: Sink {
    _read { yield builder.sink }
    _modify { yield &builder.sink }
  }

  /// About how many bytes of memory the message that is being read takes up.
  public var heldBytes: Int { builder.heldBytes }

  /// Whether no message is open, so that the end of the connection would truncate nothing.
  public var isBetweenMessages: Bool { tokenizer.isBetweenValues && rawLeft == 0 && !awaitsLineBreak }

  /// Reads the next bytes of the connection.
  ///
  /// - Throws: why the connection has to end; the decoder is of no use afterwards.
  public mutating func read(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    var rest = bytes
    while !rest.isEmpty { try readPiece(&rest) }
  }

  /// Reads no further than to the end of a message and its raw bytes: what follows is for another decoder.
  ///
  /// - Returns: how many bytes were read.
  /// - Throws: as `read`.
  public mutating func readMessage(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> Int {
    builder.stopsAfterMessage = true
    var rest = bytes
    while !rest.isEmpty {
      try readPiece(&rest)
      if isBetweenMessages, builder.takeHasMessage() { break }
    }
    return bytes.count - rest.count
  }

  private mutating func readPiece(_ rest: inout UnsafeRawBufferPointer) throws(WireError) {
    let count = try awaitsLineBreak || rawLeft > 0 ? readRaw(rest) : readMessages(rest)
    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
  }

  /// - Returns: how many bytes were read: fewer than all where raw bytes begin.
  private mutating func readMessages(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> Int {
    builder.chunkBegins(bytes, at: tokenizer.offset)
    let count = try tokenizer.read(bytes, &builder)
    try builder.chunkEnded(UnsafeRawBufferPointer(rebasing: bytes.prefix(count)), at: tokenizer.offset)
    if let length = builder.takeRawLength() {
      rawLeft = length
      awaitsLineBreak = true
    }
    return count
  }

  private mutating func readRaw(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> Int {
    if awaitsLineBreak {
      guard bytes[0] == UInt8(ascii: "\n") else {
        throw .malformed("no line break before raw bytes", at: tokenizer.offset)
      }
      awaitsLineBreak = false
      return 1
    }
    let count = Int(min(UInt64(bytes.count), rawLeft))
    rawLeft -= UInt64(count)
    try builder.sink.raw(UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
    return count
  }

  /// The connection has ended.
  ///
  /// - Throws: `WireError.truncated` if that was in the middle of a message.
  public func finish() throws(WireError) {
    if !isBetweenMessages { throw .truncated(after: tokenizer.offset - tokenizer.valueStart) }
  }
}
