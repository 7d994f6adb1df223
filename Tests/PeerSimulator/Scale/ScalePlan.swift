import PeerCore

/// A network that comes up, and what it then costs. Nothing fails.
public struct ScalePlan: Sendable {
  public var peers: Int
  /// In all; each peer holds its share.
  public var files: Int
  /// Seconds in all.
  public var duration = 330
  public var seed: UInt64 = 1

  public init(peers: Int, files: Int) {
    self.peers = peers
    self.files = files
  }

  /// Everybody starts within that time (milliseconds), …
  static let startWindow = 30_000
  /// … and one more peer comes when the others have settled.
  static let newcomerStart = 240_000
  /// As many well-known peers as the original network has.
  static let wellKnown = 4
  /// Milliseconds that a message takes.
  static let latency = 10...100

  var filesOfEach: Int { files / peers }

  static func address(_ index: Int) -> String { "10.\(index >> 16).\(index >> 8 & 255).\(index & 255)" }
  static func endpoint(_ index: Int) -> Endpoint { Endpoint(host: address(index), port: 8_000) }
  static func id(_ index: Int) -> PeerID { PeerID("peer \(index)") }

  func file(_ number: Int, of peer: Int) -> FileEntry {
    let name = "A file of ordinary length, number \(number).pdf"
    return FileEntry(
      id: Content.id(Array(Self.id(peer).text.utf8), " \(number)"), name: name, owner: Self.id(peer).text,
      timestamp: Lexeme(1_744_170_562 + number), sizeBytes: UInt64(1_000_000 + number))
  }
}

/// What a network was like at the end of a second.
public struct ScaleSample: Sendable {
  public var second = 0
  /// How many of all pairs know one another; 0...1.
  public var members = 0.0
  /// How many of all files a peer knows; 0...1.
  public var catalogue = 0.0
  /// How many know the newcomer; 0...1.
  public var newcomer = 0.0
  /// Messages that a peer sent in that second, and their bytes.
  public var messages = 0.0
  public var bytes = 0.0

  public static let header = "second,members,catalogue,newcomer,messages,bytes"

  public var row: String {
    let figures = [members, catalogue, newcomer, messages, bytes].map { Self.rounded($0) }
    return "\(second),\(figures.joined(separator: ","))"
  }

  private static func rounded(_ figure: Double) -> String { "\((figure * 100_000).rounded() / 100_000)" }
}
