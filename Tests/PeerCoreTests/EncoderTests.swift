import Testing

@testable import PeerCore

/// PROTOCOL.md, "What our peer sends".
@Suite struct EncoderTests {
  static let here = Endpoint(host: "silicon.cs.umanitoba.ca", port: 8999)
  static let us = PeerID("Starscourge “Radahn” 漢\n")

  static func entry(timestamp: String) -> FileEntry {
    FileEntry(
      id: FileID(7), name: "d/é\u{1B}\"\\.txt", owner: us.text, timestamp: Lexeme(json: timestamp),
      size: Lexeme(json: "\"big\""), sizeBytes: 17)
  }

  static let timestamps = [
    "1744170562", "1743970142.6140459", "1744007783.0", "\"Sun Jun 15 21:36:41 2025\"", "null", "1e5", "-0.0",
    "\"a\\/b\\u00e9\\ud83d\"", "\"null\"", "true",
  ]

  static func everyMessage(timestamp: String = "1744170562") -> [[UInt8]] {
    let file = entry(timestamp: timestamp)
    return [
      MessageEncoder.gossip(from: here, peerID: us, id: "x"),
      MessageEncoder.gossipReply(from: here, peerID: us, files: [file, file]),
      MessageEncoder.gossipReply(from: here, peerID: us, files: []),
      MessageEncoder.announce(from: us, file: file), MessageEncoder.getFile(file.id),
      MessageEncoder.delete(from: us, file: file.id),
      MessageEncoder.fileDataStart(file) + Array("ff".utf8) + MessageEncoder.fileDataEnd,
      MessageEncoder.fileNotFound,
    ]
  }

  @Test func `everything is printable ASCII`() {
    for bytes in Self.everyMessage() { #expect(bytes.allSatisfy { (0x20..<0x7F).contains($0) }) }
  }

  @Test func `everything reads back`() throws {
    let read = try Self.everyMessage().map { try decode($0).messages }
    #expect(read.allSatisfy { $0.count == 1 })
    #expect(
      read.map { $0.first?.type } == [
        .gossip, .gossipReply, .gossipReply, .announce, .getFile, .delete, .fileData, .fileData,
      ])
    var expected = Self.entry(timestamp: "1744170562")
    expected.size = Lexeme(json: "1.621246337890625e-05")
    #expect(read[3] == [.announce(Announce(from: Self.us, file: expected))])
    #expect(
      read[1] == [
        .gossipReply(
          GossipReply(
            origin: Self.here, peerID: Self.us, files: [expected, expected], features: Features.ours))
      ])
    guard case .fileData(let data) = read[7].first else {
      Issue.record("no FILE_DATA")
      return
    }
    #expect(data.isNotFound)
  }

  @Test(arguments: timestamps)
  func `a timestamp goes out exactly as it came in`(timestamp: String) throws {
    let written = String(decoding: Self.everyMessage(timestamp: timestamp).joined(), as: UTF8.self)
    #expect(written.ranges(of: "\"file_timestamp\": \(timestamp), \"file_size_bytes").count == 4)
  }

  @Test func `messages that have to fit into one read do`() {
    let id = PeerID(String(repeating: "x", count: 100))
    for message in [
      MessageEncoder.gossip(from: Self.here, peerID: id, id: "123e4567-e89b-42d3-a456-426614174000"),
      MessageEncoder.getFile(FileID(1)), MessageEncoder.delete(from: id, file: FileID(1)),
    ] { #expect(message.count < 1024) }
  }

  @Test(arguments: [nil, 0, 1, 17, 1 << 40, UInt64(1) << 53] as [UInt64?])
  func `a size is always written as a float of MiB`(bytes: UInt64?) {
    var entry = Self.entry(timestamp: "1")
    entry.sizeBytes = bytes
    let text = String(decoding: MessageEncoder.announce(from: Self.us, file: entry), as: UTF8.self)
    let mebibytes = Double(bytes ?? 0) / 1_048_576
    #expect(text.contains("\"file_size\": \(mebibytes), "))
    #expect(text.contains("\"file_size_bytes\": \(bytes ?? 0)"))
  }

  @Test func `a file's metadata comes before its data`() {
    let start = String(decoding: MessageEncoder.fileDataStart(Self.entry(timestamp: "1")), as: UTF8.self)
    #expect(start.hasPrefix("{\"type\": \"FILE_DATA\", \"file_name\": "))
    #expect(start.hasSuffix(", \"data\": \""))
  }
}
