import Crypto
import Foundation
import TestSupport
import Testing
import WireProperties

@testable import PeerCore

/// docs/vectors.json, which PROTOCOL.md gives to whoever writes another peer: this one keeps to it.
@Suite struct VectorsTests {
  private struct Vectors: Decodable {
    struct FileIDVector: Decodable {
      let about, content, timestamp: String
      let fileIds: [String]
    }
    struct Size: Decodable {
      let fileSize: String
      let bytes: UInt64?
    }
    struct Bytes: Decodable { let about, bytes: String }

    let fileIds: [FileIDVector]
    let fileSizes: [Size]
    let sent, read, refused: [Bytes]
  }

  private static let data = (try? Repository.data("docs/vectors.json")) ?? Data()

  private let vectors: Vectors

  init() throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    vectors = try decoder.decode(Vectors.self, from: Self.data)
  }

  @Test func `files verify against the ids of their timestamps`() {
    #expect(vectors.fileIds.count > 5)
    for vector in vectors.fileIds {
      let ids = Lexeme(json: vector.timestamp).timestampHashTexts.map { text in
        SHA256.hash(data: Data((vector.content + text).utf8)).map { String(format: "%02x", $0) }.joined()
      }
      #expect(ids == vector.fileIds, "\(vector.about)")
    }
  }

  @Test func `sizes are understood as the hints that they are`() {
    #expect(vectors.fileSizes.count > 5)
    for vector in vectors.fileSizes {
      let entry = FileEntry(
        id: FileID(1), name: "", owner: "", timestamp: .null, size: Lexeme(json: vector.fileSize))
      #expect(entry.sizeHint == vector.bytes, "\(vector.fileSize)")
    }
  }

  // MARK: Sending

  private static let ann = PeerID("ann")
  private static let here = Endpoint(host: "hawk.example", port: 8270)
  private static let file = FileEntry(
    id: FileID(hex: "eacb039852fa0661da92efbebe81979e93a7d2f7b41f50dc84157b8f93938015")!, name: "notes.txt",
    owner: "ann", timestamp: Lexeme(1_744_170_562), sizeBytes: 17)
  private static let content = Array("hello, neighbour\n".utf8)

  private static let written: [String: [UInt8]] = [
    "GOSSIP": MessageEncoder.gossip(from: here, peerID: ann, id: "123e4567-e89b-42d3-a456-426614174000"),
    "GOSSIP_REPLY": MessageEncoder.gossipReply(from: here, peerID: ann, files: [file]),
    "GOSSIP_REPLY of a peer without files": MessageEncoder.gossipReply(from: here, peerID: ann, files: []),
    "ANNOUNCE": MessageEncoder.announce(from: ann, file: file),
    "GET_FILE": MessageEncoder.getFile(file.id),
    "GET_FILE for a part, raw": MessageEncoder.getFile(file.id, rawFrom: 7, length: 9),
    "FILE_DATA": MessageEncoder.fileDataStart(file) + content.flatMap { Array(hex($0).utf8) }
      + MessageEncoder.fileDataEnd,
    "FILE_DATA that says: not here": MessageEncoder.fileNotFound,
    "FILE_DATA with raw bytes": MessageEncoder.fileData(file, raw: RawPart(offset: 7, length: 9, size: 17)!)
      + content[7..<16],
    "DELETE": MessageEncoder.delete(from: ann, file: file.id),
    "GET_BLOCKS": MessageEncoder.getBlocks(file.id),
    "BLOCKS": MessageEncoder.blocks(
      file.id, BlockList(size: 17, hashes: [FileID(bytes: SHA256.hash(data: Data(content)))!])!),
    "BLOCKS that says: not here": MessageEncoder.blocksNotFound,
  ]

  private static func hex(_ byte: UInt8) -> String { String(format: "%02x", byte) }

  @Test func `messages are sent as the vectors say`() {
    #expect(Set(vectors.sent.map(\.about)) == Set(Self.written.keys))
    #expect(
      Set(vectors.sent.map { MessageType(ofSent: Array($0.bytes.utf8)) }) == Set(MessageType.allCases))
    for vector in vectors.sent {
      let bytes = Self.written[vector.about].map { String(decoding: $0, as: UTF8.self) }
      #expect(bytes == vector.bytes, "\(vector.about)")
    }
  }

  // MARK: Reading

  @Test func `messages are read as the vectors say`() throws {
    let json = try #require(JSONSerialization.jsonObject(with: Self.data) as? [String: Any])
    let meanings = try #require(json["read"] as? [[String: Any]])
    #expect(meanings.count > 20)
    for (vector, meaning) in zip(vectors.read, meanings) {
      let wanted = try #require(meaning["means"] as? [[String: Any]])
      let bytes = Array(vector.bytes.utf8)
      for size in [1, 2, 7, bytes.count] {
        let found = try decode(pieces: bytes.pieces(of: size))
        #expect(
          try Self.canonical(Self.told(found)) == Self.canonical(wanted), "\(vector.about), \(size) at once")
      }
    }
  }

  @Test func `bytes that are no message end the connection`() {
    #expect(vectors.refused.count > 5)
    for vector in vectors.refused {
      #expect(throws: WireError.self, "\(vector.about)") { try decode(vector.bytes) }
    }
  }

  private static func canonical(_ messages: [[String: Any]]) throws -> String {
    String(
      decoding: try JSONSerialization.data(withJSONObject: messages, options: .sortedKeys), as: UTF8.self)
  }

  /// Messages in the words of the vectors.
  private static func told(_ found: Collector) -> [[String: Any]] {
    found.messages.map { message in
      var told: [String: Any] = ["type": message.typeName]
      switch message {
      case .gossip(let gossip):
        tell(gossip.origin, gossip.peerID, gossip.features, &told)
        told["id"] = gossip.id
      case .gossipReply(let reply):
        tell(reply.origin, reply.peerID, reply.features, &told)
        told["files"] = reply.files.map(entry)
      case .announce(let announce):
        told["from"] = announce.from?.text
        told.merge(entry(announce.file)) { $1 }
      case .getFile(let request):
        told["file_id"] = request.file?.hex
        told["raw"] = request.acceptsRaw
        if request.acceptsRaw { told["offset"] = request.offset }
        told["length"] = request.length
      case .fileData(let data) where data.isNotFound: told["not_found"] = true
      case .fileData(let data): tell(data, found, &told)
      case .delete(let delete): (told["from"], told["file_id"]) = (delete.from.text, delete.file.hex)
      case .getBlocks(let request): told["file_id"] = request.file?.hex
      case .blocks(let blocks):
        told["file_id"] = blocks.file?.hex
        told["size"] = blocks.list?.size
        told["hashes"] = blocks.list?.hashes.map(\.hex)
      case .unknown, .invalid: told["ignored"] = true
      }
      return told
    }
  }

  private static func tell(
    _ origin: Endpoint, _ peer: PeerID, _ features: Features, _ told: inout [String: Any]
  ) {
    (told["host"], told["port"], told["peerId"]) = (origin.host, origin.port, peer.text)
    told["features"] = Features.names.filter { features.contains($0.feature) }.map(\.name)
  }

  private static func tell(_ data: FileData, _ found: Collector, _ told: inout [String: Any]) {
    (told["file_id"], told["file_name"], told["file_owner"]) = (data.id?.hex, data.name, data.owner)
    (told["file_timestamp"], told["file_size"]) = (data.timestamp.json, data.size.json)
    guard let raw = data.raw else {
      told["data"] = found.dataText
      return
    }
    told["encoding"] = "raw"
    (told["offset"], told["length"], told["size"]) = (raw.offset, raw.length, raw.size)
    told["bytes"] = String(decoding: found.raw, as: UTF8.self)
  }

  private static func entry(_ file: FileEntry) -> [String: Any] {
    [
      "file_id": file.id.hex, "file_name": file.name, "file_owner": file.owner,
      "file_timestamp": file.timestamp.json, "file_size": file.size.json,
    ]
  }
}
