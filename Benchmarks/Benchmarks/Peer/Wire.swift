import Benchmark
import PeerCore

/// Takes messages and throws them away.
private struct NoSink: MessageSink {
  var messages = 0
  var bytes = 0
  mutating func message(_ message: Message) { messages += 1 }
  mutating func dataBegan(of file: FileID?) {}
  mutating func data(_ hex: UnsafeRawBufferPointer) { bytes += hex.count }
  mutating func raw(_ bytes: UnsafeRawBufferPointer) { self.bytes += bytes.count }
}

/// Reads as a connection would: in pieces of that many bytes.
private func decode(_ bytes: [UInt8], pieces: Int) throws -> Int {
  var decoder = MessageDecoder(limits: Limits(), sink: NoSink())
  try bytes.withUnsafeBytes { buffer in
    var rest = buffer[...]
    while !rest.isEmpty {
      try decoder.read(UnsafeRawBufferPointer(rebasing: rest.prefix(pieces)))
      rest = rest.dropFirst(pieces)
    }
  }
  try decoder.finish()
  return decoder.sink.messages
}

/// The tokenizer and decoder, and the encoder.
func addWireBenchmarks() {
  let (peer, endpoint) = Fixtures.peer(1)
  let gossip = MessageEncoder.gossip(from: endpoint, peerID: peer, id: "6f1c1c5e-0a4b-4b62-9d5c-2d6f6c3c1a77")
  let files = (0..<10_000).map(Fixtures.entry)
  let reply = MessageEncoder.gossipReply(from: endpoint, peerID: peer, files: files)
  let data =
    MessageEncoder.fileDataStart(files[1]) + [UInt8](repeating: UInt8(ascii: "5"), count: 8 << 20)
    + MessageEncoder.fileDataEnd

  Benchmark("wire: decode GOSSIP", configuration: .init(scalingFactor: .kilo)) { benchmark in
    for _ in benchmark.scaledIterations { blackHole(try decode(gossip, pieces: 65_536)) }
  }
  Benchmark("wire: decode GOSSIP byte by byte", configuration: .init(scalingFactor: .kilo)) { benchmark in
    for _ in benchmark.scaledIterations { blackHole(try decode(gossip, pieces: 1)) }
  }
  Benchmark("wire: decode GOSSIP_REPLY of 10,000 entries (\(reply.count >> 10) KiB)") { benchmark in
    for _ in benchmark.scaledIterations { blackHole(try decode(reply, pieces: 65_536)) }
  }
  Benchmark("wire: pass on 8 MiB of hex of a FILE_DATA") { benchmark in
    for _ in benchmark.scaledIterations { blackHole(try decode(data, pieces: 65_536)) }
  }
  Benchmark("wire: encode GOSSIP_REPLY of 10,000 entries") { benchmark in
    for _ in benchmark.scaledIterations {
      blackHole(MessageEncoder.gossipReply(from: endpoint, peerID: peer, files: files))
    }
  }
}
