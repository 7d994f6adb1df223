/// Takes what a decoder finds, while it reads.
public protocol MessageSink {
  /// A whole message. Of a FILE_DATA, `data` has gone by before, if it had any.
  mutating func message(_ message: Message) throws(WireError)
  /// The `data` of a message that is, or may yet turn out to be, a FILE_DATA begins.
  ///
  /// - Parameter file: its `file_id`, if that came before the data.
  mutating func dataBegan(of file: FileID?) throws(WireError)
  /// The next piece of that `data`: hex text, of any length.
  mutating func data(_ hex: UnsafeRawBufferPointer) throws(WireError)
  /// The next bytes of the file that follow a FILE_DATA raw; none at all, or as many as it said.
  mutating func raw(_ bytes: UnsafeRawBufferPointer) throws(WireError)
}

/// Turns the bytes of one connection into messages: incremental, linear, bounded (PROTOCOL.md, "Messages"
/// and "What is out there"). A message's order of members is free; an array around messages is unwrapped
/// one level; the `data` of a FILE_DATA is passed on as it arrives and never held.
public struct MessageDecoder<Sink: MessageSink> {
  private var tokenizer: JSONTokenizer
  private var builder: MessageBuilder<Sink>
  /// Bytes that are still to come raw.
  private var rawLeft: UInt64 = 0
  /// The line break before them is still to come.
  private var awaitsLineBreak = false

  public init(limits: Limits, sink: Sink) {
    tokenizer = JSONTokenizer(limits: limits)
    builder = MessageBuilder(limits: limits, sink: sink)
  }

  /// What was given, with all that it has taken.
  public var sink: Sink {
    _read { yield builder.sink }
    _modify { yield &builder.sink }
  }

  /// Bytes of memory that the message being read holds, about.
  public var heldBytes: Int { builder.heldBytes }

  /// Between two messages: an end of the connection here truncates nothing.
  public var isBetweenMessages: Bool { tokenizer.isBetweenValues && rawLeft == 0 && !awaitsLineBreak }

  /// - Throws: what ends the connection; the decoder is of no use afterwards.
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
  public func finish() throws(WireError) {
    if !isBetweenMessages { throw .truncated(after: tokenizer.offset - tokenizer.valueStart) }
  }
}
