/// Turns the bytes of a terminal into keys and what else comes from it: UTF-8, control characters, and escape
/// sequences, those of the terminal's own description first and the usual ones of xterm after them.
///
/// A lone Esc can't be told from the beginning of a sequence but by time: while `isWaiting`, the caller
/// waits a little for more bytes and then calls `flush`.
struct KeyDecoder {
  /// Bytes of an escape sequence; a longer one is dropped.
  static let sequenceBytes = 32
  /// Bytes of one paste; what exceeds them is dropped.
  static let pasteBytes = 64 * 1024

  private let sequences: [[UInt8]: Key]
  private let prefixes: Set<[UInt8]>
  private var pending: [UInt8] = []
  private var pasted: [UInt8]?

  /// - Parameter sequences: what the terminal says that it sends, each beginning with Esc.
  init(sequences: [[UInt8]: Key] = [:]) {
    self.sequences = sequences
    prefixes = Set(sequences.keys.flatMap { key in (1..<key.count).map { Array(key[..<$0]) } })
  }

  var isWaiting: Bool { !pending.isEmpty && pasted == nil }

  mutating func decode(_ bytes: some Sequence<UInt8>) -> [TerminalInput] {
    pending += bytes
    var inputs: [TerminalInput] = []
    while !pending.isEmpty {
      if pasted != nil {
        guard let key = takePaste() else { break }
        inputs.append(.key(key))
        continue
      }
      switch parse(pending[...]) {
      case .incomplete: return inputs
      case .input(let input, let count):
        pending.removeFirst(count)
        inputs.append(input)
      case .dropped(let count): pending.removeFirst(count)
      case .paste(let count):
        pending.removeFirst(count)
        pasted = []
      }
    }
    return inputs
  }

  /// Nothing more comes: what is pending is keys of its own.
  mutating func flush() -> [TerminalInput] {
    guard isWaiting else { return [] }
    let bytes = pending
    pending = []
    guard bytes.first == 0x1B else { return [] }
    if bytes.count == 2, let key = Self.plain(bytes[1]) { return [.key(Self.withAlt(key))] }
    return [.key(.escape)]
  }

  private enum Parsed {
    case input(TerminalInput, Int)
    case dropped(Int)
    case paste(Int)
    case incomplete
  }

  private static func key(_ key: Key, _ count: Int) -> Parsed { .input(.key(key), count) }

  private func parse(_ bytes: ArraySlice<UInt8>) -> Parsed {
    let first = bytes[bytes.startIndex]
    return first == 0x1B ? parseEscape(Array(bytes)) : Self.parseCharacter(Array(bytes))
  }

  private func parseEscape(_ bytes: [UInt8]) -> Parsed {
    guard bytes.count > 1 else { return .incomplete }
    var longest: Parsed?
    for count in 2...max(2, min(bytes.count, Self.sequenceBytes)) {
      let head = Array(bytes[..<count])
      if let key = sequences[head] { longest = Self.key(key, count) }
      guard prefixes.contains(head) else { break }
      if count == bytes.count, longest == nil { return .incomplete }
    }
    if let longest { return longest }
    switch bytes[1] {
    case UInt8(ascii: "["): return Self.parseCSI(bytes)
    case UInt8(ascii: "O"): return Self.parseSS3(bytes)
    case 0x1B: return Self.key(.escape, 1)
    default:
      switch Self.parseCharacter(Array(bytes[1...])) {
      case .input(.key(let key), let count): return Self.key(Self.withAlt(key), count + 1)
      case .input(_, let count): return .dropped(count + 1)
      case .dropped(let count): return .dropped(count + 1)
      case .paste, .incomplete: return .incomplete
      }
    }
  }

  private static func withAlt(_ key: Key) -> Key {
    switch key {
    case .character(let character): .alt(character)
    case .backspace: .control("w")
    default: key
    }
  }

  private static func parseCharacter(_ bytes: [UInt8]) -> Parsed {
    let first = bytes[0]
    if first < 0x80 { return plain(first).map { key($0, 1) } ?? .dropped(1) }
    let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC2, first < 0xF5 else { return .dropped(1) }
    let head = bytes.prefix(count)
    guard head.dropFirst().allSatisfy({ $0 & 0xC0 == 0x80 }) else { return .dropped(1) }
    guard head.count == count else { return .incomplete }
    guard let text = String(validating: head, as: UTF8.self), let character = text.first else {
      return .dropped(count)
    }
    return key(.character(character), count)
  }

  /// A key of one ASCII byte.
  private static func plain(_ byte: UInt8) -> Key? {
    switch byte {
    case 0x09: .tab
    case 0x0A, 0x0D: .enter
    case 0x08, 0x7F: .backspace
    case 0x01...0x1A: .control(Character(Unicode.Scalar(byte + 0x60)))
    case 0x20...0x7E: .character(Character(Unicode.Scalar(byte)))
    default: nil
    }
  }

  private static func parseSS3(_ bytes: [UInt8]) -> Parsed {
    guard bytes.count > 2 else { return .incomplete }
    return final(bytes[2], parameters: []).map { key($0, 3) } ?? .dropped(3)
  }

  private static func parseCSI(_ bytes: [UInt8]) -> Parsed {
    guard let end = bytes[2...].firstIndex(where: { (0x40...0x7E).contains($0) }) else {
      return bytes.count < sequenceBytes ? .incomplete : .dropped(bytes.count)
    }
    let body = String(decoding: bytes[2..<end], as: UTF8.self)
    let parameters = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    if bytes[end] == UInt8(ascii: "~"), parameters.first == 200 { return .paste(end + 1) }
    let isReport = body.first == "<" || body.first == "?"
    let input =
      isReport ? report(body, bytes[end]) : final(bytes[end], parameters: parameters).map { .key($0) }
    return input.map { .input($0, end + 1) } ?? .dropped(end + 1)
  }

  /// `<0;12;3M`: the mouse; `?2026;2$y`: whether a mode is known.
  private static func report(_ body: String, _ final: UInt8) -> TerminalInput? {
    let numbers = body.dropFirst().prefix { $0 != "$" }.split(separator: ";").map { Int($0) ?? 0 }
    if body.first == "<", final == UInt8(ascii: "M"), numbers.count == 3 {
      return Mouse(button: numbers[0], column: numbers[1], row: numbers[2]).map { .mouse($0) }
    }
    if body.first == "?", body.last == "$", final == UInt8(ascii: "y"), numbers.count == 2 {
      return .mode(numbers[0], isKnown: (1...3).contains(numbers[1]))
    }
    return nil
  }

  private static func final(_ byte: UInt8, parameters: [Int]) -> Key? {
    let modified = parameters.count > 1 && (3...8).contains(parameters[1])
    switch byte {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return modified ? .wordRight : .right
    case UInt8(ascii: "D"): return modified ? .wordLeft : .left
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "M"): return .enter
    case UInt8(ascii: "Z"): return .backTab
    case UInt8(ascii: "P")...UInt8(ascii: "S"): return .function(Int(byte - UInt8(ascii: "P")) + 1)
    case UInt8(ascii: "~"): return parameters.first.flatMap { numbered[$0] }
    default: return nil
    }
  }

  private static let numbered: [Int: Key] = [
    1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
    11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5),
    17: .function(6), 18: .function(7), 19: .function(8), 20: .function(9), 21: .function(10),
    23: .function(11), 24: .function(12),
  ]

  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// Moves pending bytes to the paste; the key once its end is there.
  private mutating func takePaste() -> Key? {
    let end = pending.indices.first { pending[$0...].starts(with: Self.pasteEnd) }
    // What could be the beginning of the end stays pending.
    let taken = end ?? max(0, pending.count - (Self.pasteEnd.count - 1))
    let room = Self.pasteBytes - (pasted?.count ?? 0)
    pasted? += pending[..<taken].prefix(max(0, room))
    pending.removeFirst(taken)
    guard end != nil else { return nil }
    pending.removeFirst(Self.pasteEnd.count)
    defer { pasted = nil }
    return .paste(String(decoding: pasted ?? [], as: UTF8.self))
  }
}
