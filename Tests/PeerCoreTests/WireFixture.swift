import WireProperties

@testable import PeerCore

/// Reads one whole connection, in the pieces that its bytes come in.
func decode(pieces: some Sequence<some Collection<UInt8>>, limits: Limits = Limits()) throws(WireError)
  -> Collector
{
  var decoder = MessageDecoder(limits: limits, sink: Collector())
  for piece in pieces {
    let bytes = Array(piece)
    try bytes.span.withUnsafeBytes { (raw) throws(WireError) in try decoder.read(raw) }
  }
  try decoder.finish()
  return decoder.sink
}

func decode(_ bytes: [UInt8], limits: Limits = Limits()) throws(WireError) -> Collector {
  try decode(pieces: [bytes], limits: limits)
}

func decode(_ text: String, limits: Limits = Limits()) throws(WireError) -> Collector {
  try decode(Array(text.utf8), limits: limits)
}

/// The messages of a connection that carries `text`.
func messages(_ text: String) throws(WireError) -> [Message] { try decode(text).messages }

/// The one message of a connection that carries `text`; `nil` if there is another number of them.
func message(_ text: String) throws(WireError) -> Message? {
  let all = try messages(text)
  return all.count == 1 ? all[0] : nil
}

extension [UInt8] {
  /// In pieces of `size` bytes, the last one shorter.
  func pieces(of size: Int) -> [ArraySlice<UInt8>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}

extension FileID {
  /// A file id that nothing else has: its last bytes are `number`.
  init(_ number: Int) {
    let bytes = (0..<32).map { $0 < 24 ? UInt8(0xA0) : UInt8(truncatingIfNeeded: number >> (8 * (31 - $0))) }
    self.init(bytes: bytes)!
  }
}
