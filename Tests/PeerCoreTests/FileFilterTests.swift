import Testing

@testable import PeerCore

@Suite struct FileFilterTests {
  private static let bob = PeerView(
    handle: PeerHandle(1), id: PeerID("Bob"), endpoint: Endpoint(host: "there", port: 8001), lastSeen: 0)
  private static let cy = PeerView(
    handle: PeerHandle(2), id: PeerID("cy"), endpoint: Endpoint(host: "silo", port: 8002), lastSeen: 0)

  /// A is here, B is bob's, C is cy's and failed, D has no holder, E is being fetched from both.
  private static let records: [(String, FileRecord)] = [
    record("Alpha here.txt", "ann", 100, [], isHere: true),
    record("beta.pdf", "Starscourge Radahn", 2_000, [1]),
    record("gamma: part 2", "bob", 30 << 20, [2], .failed), record("delta", "", nil, []),
    record("epsilon >1", "cy", 5 << 30, [1, 2], .wanted),
  ].enumerated().map { ("ABCDE".map(String.init)[$0.offset], $0.element) }

  private static func record(
    _ name: String, _ owner: String, _ size: UInt64?, _ holders: [UInt32], _ fetch: FetchState = .idle,
    isHere: Bool = false
  ) -> FileRecord {
    FileRecord(
      entry: FileEntry(
        id: FileID(name.utf8.count), name: name, owner: owner, timestamp: Lexeme(Int64(1)), sizeBytes: size),
      holders: holders.map(PeerHandle.init),
      copy: isHere ? LocalCopy(storedName: name, size: size ?? 0, modified: 0) : nil, fetch: fetch)
  }

  private func matching(_ text: String) -> String {
    let filter = FileFilter(text, peers: [Self.bob, Self.cy])
    return Self.records.filter { filter.matches($0.1) }.map(\.0).joined()
  }

  @Test(arguments: [
    ("", "ABCDE"), ("ALPHA", "A"), ("a", "ABCDE"), ("a .txt", "A"), ("bob", "C"), ("owner:bob", "C"),
    ("owner:\"starscourge radahn\"", "B"), ("name:bob", ""), ("peer:bob", "BE"), ("peer:silo:8002", "CE"),
    ("peer:nobody", ""), ("here", "A"), ("remote", "B"), ("failed", "C"), ("unavailable", "D"),
    ("fetching", "E"), (">1k", "BCE"), ("<10M", "AB"), (">1k <1G", "BC"), ("!here", "BCDE"),
    ("!owner:bob !peer:bob", "AD"), ("\"here", "A"), ("\"here\"", "A"), ("\">1\"", "E"), ("gamma:", "C"),
    ("\"part 2\"", "C"),
  ])
  func `terms between spaces must all hold`(text: String, names: String) {
    #expect(matching(text) == names)
  }

  @Test(arguments: [
    ("Alpha txt", ["alpha", "txt"], ["alpha", "txt"], ["alpha", "txt"]),
    ("name:a owner:b id:c", ["a"], ["b"], ["c"]), ("!alpha here >1M peer:bob", [], [], []),
    ("\"here\"", ["here"], ["here"], ["here"]),
  ])
  func `it tells which texts may have been found, and where`(
    text: String, names: [String], owners: [String], ids: [String]
  ) {
    let filter = FileFilter(text, peers: [])
    #expect(filter.texts(in: .name) == names)
    #expect(filter.texts(in: .owner) == owners)
    #expect(filter.texts(in: .id) == ids)
  }

  @Test(arguments: ["owner:", "peer:", ">", "<1x", "!", "\"", "  "])
  func `a term that is still being typed excludes nothing`(text: String) {
    #expect(matching(text) == "ABCDE")
  }
}
