import PeerCore

/// All that a decoder says of the bytes of one connection.
struct Reading: Equatable {
  var messages: [Message] = []
  /// The `data` of all messages, and what followed them raw.
  var data: [UInt8] = []
  var raw: [UInt8] = []
  /// What ended the connection; what was passed on of a broken message does not count then.
  var error: WireError?

  init(of pieces: some Sequence<ArraySlice<UInt8>>) {
    var decoder = MessageDecoder(limits: Limits(), sink: Collector())
    do throws(WireError) {
      for piece in pieces {
        try piece.span.withUnsafeBytes { (bytes) throws(WireError) in try decoder.read(bytes) }
      }
      try decoder.finish()
      (data, raw) = (decoder.sink.data, decoder.sink.raw)
    } catch {
      self.error = error
    }
    messages = decoder.sink.messages
  }

  var onlyMessage: Message? { error == nil && messages.count == 1 ? messages[0] : nil }
}
