/// Which files people look for, as they type it: terms between spaces, all of which must hold, whatever their case.
///
/// - `owner:ann`, `peer:bob` (the id or address of a holder), `name:` and `id:` look in one place;
/// - `here`, `remote`, `fetching`, `failed`, `unavailable` are states;
/// - `>10M` and `<1.5G` are sizes;
/// - any other term must occur in the name or the owner, or begin the id. Quotes keep spaces in a term, and make a word
///   stand for itself only: `"here"`.
///
/// `!` before a term reverses it. A term that is still being typed (`owner:`, `>`) excludes nothing.
public struct FileFilter: Sendable {
  private enum Test {
    case text(String)
    case name(String)
    case owner(String)
    case id(String)
    case holders(Set<PeerHandle>)
    case state(FileRecord.State)
    case above(UInt64)
    case below(UInt64)
  }

  private let terms: [(test: Test, isWanted: Bool)]

  /// - Parameters:
  ///   - text: as typed, of any length.
  ///   - peers: the peers that `peer:` may name.
  public init(_ text: String, peers: [PeerView]) {
    terms = Self.words(text.lowercased()).compactMap { word in
      let isWanted = word.text.first != "!" || word.isQuoted
      let text = isWanted ? word.text : String(word.text.dropFirst())
      return Self.test(text, isQuoted: word.isQuoted, peers).map { ($0, isWanted) }
    }
  }

  var isEmpty: Bool { terms.isEmpty }

  /// The parts of a file's entry that texts are looked for in.
  public enum Field: Sendable { case name, owner, id }

  /// The texts, in lower case, that may be why a file matches: those that occur in that field or, of the id, begin it.
  public func texts(in field: Field) -> [String] {
    terms.filter(\.isWanted).compactMap { term in
      switch (term.test, field) {
      case (.text(let text), _), (.name(let text), .name), (.owner(let text), .owner), (.id(let text), .id):
        text
      default: nil
      }
    }
  }

  /// Whether all terms hold for a file.
  public func matches(_ record: FileRecord) -> Bool {
    terms.allSatisfy { Self.holds($0.test, record) == $0.isWanted }
  }

  private static func holds(_ test: Test, _ record: FileRecord) -> Bool {
    switch test {
    case .text(let text):
      record.entry.name.lowercased().contains(text) || record.entry.owner.lowercased().contains(text)
        || record.entry.id.hex.hasPrefix(text)
    case .name(let text): record.entry.name.lowercased().contains(text)
    case .owner(let text): record.entry.owner.lowercased().contains(text)
    case .id(let text): record.entry.id.hex.hasPrefix(text)
    case .holders(let peers): record.holders.contains(where: peers.contains)
    case .state(let state): record.state == state
    case .above(let size): record.size.map { $0 > size } ?? false
    case .below(let size): record.size.map { $0 < size } ?? false
    }
  }

  private static let states: [String: FileRecord.State] = [
    "here": .local, "remote": .remote, "fetching": .fetching, "failed": .failed, "unavailable": .unavailable,
  ]

  /// What a term tests; `nil` if it excludes nothing.
  private static func test(_ text: String, isQuoted: Bool, _ peers: [PeerView]) -> Test? {
    guard !text.isEmpty else { return nil }
    guard !isQuoted else { return .text(text) }
    if let state = states[text] { return .state(state) }
    if text.first == ">" || text.first == "<" {
      let size = Units.parseBytes(text.dropFirst())
      return size.map { text.first == ">" ? .above($0) : .below($0) }
    }
    guard let colon = text.firstIndex(of: ":") else { return .text(text) }
    let value = String(text[text.index(after: colon)...])
    switch text[..<colon] {
    case "name": return value.isEmpty ? nil : .name(value)
    case "owner": return value.isEmpty ? nil : .owner(value)
    case "id": return value.isEmpty ? nil : .id(value)
    case "peer":
      guard !value.isEmpty else { return nil }
      let named = peers.filter {
        $0.id.text.lowercased().contains(value) || $0.endpoint.description.lowercased().contains(value)
      }
      return .holders(Set(named.map(\.handle)))
    default: return .text(text)
    }
  }

  /// - Returns: the words without their quotes, and whether each began with one.
  private static func words(_ text: String) -> [(text: String, isQuoted: Bool)] {
    var words: [(text: String, isQuoted: Bool)] = []
    var word = ""
    var isInside = false
    var isQuoted = false
    for character in text + " " {
      if character == "\"" {
        if word.isEmpty { isQuoted = true }
        isInside.toggle()
      } else if character == " ", !isInside {
        if !word.isEmpty { words.append((word, isQuoted)) }
        word = ""
        isQuoted = false
      } else {
        word.append(character)
      }
    }
    word = String(word.dropLast(isInside ? 1 : 0))
    return word.isEmpty ? words : words + [(word, isQuoted)]
  }
}
