/// Keeps the bytes of a message as they came, for as long as it may be a GOSSIP.
struct RawCapture {
  /// The message's bytes from earlier chunks; `nil` if there were too many, or if no message is open.
  private var earlier: [UInt8]?
  private var start = 0
  private var chunk = UnsafeRawBufferPointer(start: nil, count: 0)
  private var chunkOffset = 0

  mutating func chunkBegins(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    chunk = bytes
    chunkOffset = offset
  }

  mutating func begin(at offset: Int) {
    earlier = []
    start = offset
  }

  mutating func chunkEnded(limit: Int) {
    append(upTo: chunkOffset + chunk.count, limit: limit)
    chunk = UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// - Parameter offset: the position of the message's last byte.
  mutating func end(at offset: Int, limit: Int) -> [UInt8]? {
    append(upTo: offset + 1, limit: limit)
    defer { earlier = nil }
    return earlier
  }

  private mutating func append(upTo end: Int, limit: Int) {
    guard var bytes = earlier else { return }
    earlier = nil
    let first = max(start, chunkOffset)
    guard bytes.count + end - first <= limit else { return }
    bytes.append(contentsOf: chunk[(first - chunkOffset)..<(end - chunkOffset)])
    earlier = bytes
  }
}
