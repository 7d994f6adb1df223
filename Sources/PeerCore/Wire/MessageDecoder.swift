/// Takes what a decoder finds, while it reads.
public protocol MessageSink {
  /// A whole message. Of a FILE_DATA, `data` has gone by before, if it had any.
  mutating func message(_ message: Message) throws(WireError)
  /// The `data` of a message that is, or may yet turn out to be, a FILE_DATA begins.
  mutating func dataBegan() throws(WireError)
  /// The next piece of that `data`: hex text, of any length.
  mutating func data(_ hex: UnsafeRawBufferPointer) throws(WireError)
}

/// Turns the bytes of one connection into messages: incremental, linear, bounded (PROTOCOL.md, "Messages"
/// and "What is out there"). A message's order of members is free; an array around messages is unwrapped
/// one level; the `data` of a FILE_DATA is passed on as it arrives and never held.
public struct MessageDecoder<Sink: MessageSink> {
  private var tokenizer: JSONTokenizer
  private var builder: MessageBuilder<Sink>

  public init(limits: Limits, sink: Sink) {
    tokenizer = JSONTokenizer(limits: limits)
    builder = MessageBuilder(limits: limits, sink: sink)
  }

  public var sink: Sink {
    _read { yield builder.sink }
    _modify { yield &builder.sink }
  }

  /// Bytes of memory that the message being read holds, about.
  public var heldBytes: Int { builder.heldBytes }

  /// Between two messages: an end of the connection here truncates nothing.
  public var isBetweenMessages: Bool { tokenizer.isBetweenValues }

  /// - Throws: what ends the connection; the decoder is of no use afterwards.
  public mutating func read(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    builder.chunkBegins(bytes, at: tokenizer.offset)
    try tokenizer.read(bytes, &builder)
    try builder.chunkEnded(bytes, at: tokenizer.offset)
  }

  /// The connection has ended.
  public func finish() throws(WireError) {
    if !isBetweenMessages { throw .truncated(after: tokenizer.offset - tokenizer.valueStart) }
  }
}
