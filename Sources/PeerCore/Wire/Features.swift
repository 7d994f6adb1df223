/// What a peer says it can do beyond the network's own protocol (PROTOCOL.md, "Extension").
public struct Features: OptionSet, Sendable, Hashable {
  /// One bit for each feature.
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// It answers GET_FILE with raw bytes.
  public static let raw = Features(rawValue: 1)
  /// It gives parts of a file.
  public static let range = Features(rawValue: 2)
  /// It answers GET_BLOCKS.
  public static let blocks = Features(rawValue: 4)

  /// What this peer can do.
  public static let ours: Features = [.raw, .range, .blocks]

  static let names: [(name: String, feature: Features)] = [
    ("raw", .raw), ("range", .range), ("blocks", .blocks),
  ]

  /// Names that this peer does not know are ignored.
  init(names: [String]) {
    self = []
    for (name, feature) in Self.names where names.contains(name) { insert(feature) }
  }
}
