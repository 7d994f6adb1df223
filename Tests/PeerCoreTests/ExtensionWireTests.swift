import Testing
import WireProperties

@testable import PeerCore

/// PROTOCOL.md: Extension, on the wire.
@Suite struct ExtensionWireTests {
  let id = FileID(7)

  @Test func `features are read from a gossip and from a reply`() throws {
    let gossip =
      #"{"type":"GOSSIP","host":"h","port":1,"id":"x","features":["raw","blocks","tea"],"peerId":"p"}"#
    guard case .gossip(let heard) = try message(gossip) else {
      Issue.record("no gossip")
      return
    }
    #expect(heard.features == [.raw, .blocks])
    let reply = #"{"type":"GOSSIP_REPLY","host":"h","port":1,"peerId":"p","features":["range"],"files":[]}"#
    guard case .gossipReply(let answer) = try message(reply) else {
      Issue.record("no reply")
      return
    }
    #expect(answer.features == .range)
  }

  @Test(arguments: [#""raw""#, "7", "null", "{}", "[1,[\"raw\"]]", "[{\"raw\":\"raw\"}]"])
  func `features that are not a list of texts are none`(value: String) throws {
    let text = #"{"type":"GOSSIP","host":"h","port":1,"id":"x","features":\#(value),"peerId":"p"}"#
    guard case .gossip(let heard) = try message(text) else {
      Issue.record("no gossip")
      return
    }
    #expect(heard.features == [])
  }

  @Test func `requests read back as they were written`() throws {
    #expect(
      try decode(MessageEncoder.getFile(id, rawFrom: 5, length: 7)).messages
        == [.getFile(GetFile(file: id, acceptsRaw: true, offset: 5, length: 7))])
    #expect(
      try decode(MessageEncoder.getFile(id, rawFrom: 0, length: nil)).messages
        == [.getFile(GetFile(file: id, acceptsRaw: true))])
    #expect(try decode(MessageEncoder.getBlocks(id)).messages == [.getBlocks(GetBlocks(file: id))])
  }

  @Test func `a part has to lie within its file`() {
    #expect(GetFile(file: id, offset: 3).part(ofSize: 10)?.range == 3..<10)
    #expect(GetFile(file: id, offset: 10).part(ofSize: 10)?.range == 10..<10)
    #expect(GetFile(file: id, offset: 11).part(ofSize: 10) == nil)
    #expect(GetFile(file: id, offset: 3, length: 8).part(ofSize: 10) == nil)
    #expect(RawPart(offset: .max, length: 1, size: 10) == nil)
    #expect(RawPart(offset: 1, length: .max, size: 10) == nil)
  }

  @Test func `block lists read back, and have to fit their file's size`() throws {
    let list = try #require(BlockList(size: 3 << 19, hashes: [FileID(1), FileID(2)]))
    #expect(try decode(MessageEncoder.blocks(id, list)).messages == [.blocks(Blocks(file: id, list: list))])
    #expect(try decode(MessageEncoder.blocksNotFound).messages == [.blocks(Blocks(file: nil, list: nil))])
    #expect(BlockList(size: 3 << 19, hashes: [FileID(1)]) == nil)
    let hash = FileID(1).hex
    for wrong in [
      #""size":9,"block_size":1048576,"hashes":["\#(hash)","\#(hash)"]"#,
      #""size":9,"block_size":65536,"hashes":["\#(hash)"]"#, #""size":9,"block_size":1048576,"hashes":["x"]"#,
      #""size":-9,"block_size":1048576,"hashes":["\#(hash)"]"#, #""size":9,"block_size":1048576"#,
    ] {
      let text = #"{"type":"BLOCKS","file_id":"\#(id.hex)",\#(wrong)}"#
      #expect(try message(text) == .blocks(Blocks(file: id, list: nil)), "\(wrong)")
    }
  }

  @Test func `lists are bounded`() {
    let limits = Limits { $0.listItems = 2 }
    let text = #"{"type":"BLOCKS","hashes":["a","b","c"]}"#
    #expect(throws: WireError.tooLarge("the number of texts in a list", limit: 2)) {
      try decode(pieces: [Array(text.utf8)], limits: limits)
    }
  }

  // MARK: Raw bytes

  /// A raw answer whose bytes look like JSON, and a message after it.
  private var raw: [UInt8] {
    let content = Array("}\n{\"x\"".utf8)
    let part = RawPart(offset: 2, length: UInt64(content.count), size: 100)!
    let entry = FileEntry(id: id, name: "n", owner: "o", timestamp: Lexeme(1))
    return MessageEncoder.fileData(entry, raw: part) + content + MessageEncoder.getBlocks(id)
  }

  private func expectRaw(_ found: Collector, _ sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(found.raw == Array("}\n{\"x\"".utf8), sourceLocation: sourceLocation)
    #expect(found.messages.count == 2, sourceLocation: sourceLocation)
    #expect(found.messages.last == .getBlocks(GetBlocks(file: id)), sourceLocation: sourceLocation)
  }

  @Test func `raw bytes follow their message, however it is split`() throws {
    expectRaw(try decode(raw))
    expectRaw(try decode(pieces: raw.map { [$0] }))
    for split in 0...raw.count { expectRaw(try decode(pieces: [raw[..<split], raw[split...]])) }
  }

  @Test func `an end within raw bytes is a truncation`() {
    let whole = raw.count - MessageEncoder.getBlocks(id).count
    for count in [whole - 7, whole - 6, whole - 1] {
      #expect(throws: WireError.self) { try decode(Array(raw[..<count])) }
    }
    #expect(throws: Never.self) { try decode(Array(raw[..<whole])) }
  }

  @Test func `raw bytes without the line break before them are malformed`() {
    let header = MessageEncoder.fileData(
      FileEntry(id: id, name: "", owner: "", timestamp: .null), raw: RawPart(offset: 0, length: 1, size: 1)!)
    #expect(throws: WireError.self) { try decode(header.dropLast() + [0x20, 0x20]) }
  }

  @Test(arguments: [
    #""encoding":"raw","offset":0,"length":2,"size":1"#, #""encoding":"raw","offset":0,"length":1"#,
    #""encoding":"gzip","offset":0,"length":1,"size":1"#,
    #""encoding":"raw","offset":-1,"length":1,"size":1"#,
    #""encoding":"raw","offset":0,"length":1,"size":1,"data":"00""#,
  ])
  func `an answer is raw only if every member says so`(fields: String) throws {
    let text = #"{"type":"FILE_DATA","file_id":"\#(id.hex)",\#(fields)}"#
    guard case .fileData(let data) = try message(text) else {
      Issue.record("no file data")
      return
    }
    #expect(data.raw == nil)
  }

  @Test func `no raw bytes follow a message that stands in an array`() throws {
    let header = MessageEncoder.fileData(
      FileEntry(id: id, name: "", owner: "", timestamp: .null), raw: RawPart(offset: 0, length: 1, size: 1)!)
    let found = try decode(Array("[".utf8) + header + Array("]".utf8))
    #expect(found.raw.isEmpty)
    #expect(found.messages.count == 1)
  }
}
