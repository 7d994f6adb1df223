import Testing

@testable import p2ptui

@Suite struct KeyDecoderTests {
  private static let cases: [(String, [Key])] = [
    ("aZ ", [.character("a"), .character("Z"), .character(" ")]),
    ("\r\t\u{7F}\u{01}", [.enter, .tab, .backspace, .control("a")]),
    ("é日🙂", [.character("é"), .character("日"), .character("🙂")]),
    ("\u{1B}[A\u{1B}OB\u{1B}[H\u{1B}[4~\u{1B}[5~", [.up, .down, .home, .end, .pageUp]),
    ("\u{1B}[3~\u{1B}[Z\u{1B}OP\u{1B}[15~", [.delete, .backTab, .function(1), .function(5)]),
    ("\u{1B}[1;5C\u{1B}[1;3D\u{1B}b", [.wordRight, .wordLeft, .alt("b")]),
    ("\u{1B}[99;99x\u{1B}[?7ny", [.character("y")]),
    ("\u{1B}[200~a\nb\u{1B}[31mc\u{1B}[201~q", [.paste("a\nb\u{1B}[31mc"), .character("q")]),
    ("\u{1B}\u{1B}[A", [.escape, .up]),
  ]

  @Test(arguments: cases)
  func `bytes become keys, however they are split`(text: String, keys: [Key]) {
    let bytes = Array(text.utf8)
    for size in 1...max(1, bytes.count) {
      var decoder = KeyDecoder()
      var found: [TerminalInput] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        found += decoder.decode(bytes[start..<min(bytes.count, start + size)])
      }
      #expect(found == keys.map(TerminalInput.key), "in pieces of \(size)")
      #expect(!decoder.isWaiting)
    }
  }

  @Test func `a lone Esc is told by time`() {
    var decoder = KeyDecoder()
    let atOnce = decoder.decode([0x1B])
    #expect(atOnce.isEmpty && decoder.isWaiting)
    let later = decoder.flush()
    #expect(later == [.key(.escape)] && !decoder.isWaiting)
    let next = decoder.decode([0x61])
    #expect(next == [.key(.character("a"))])
  }

  @Test func `the terminal's own sequences win`() {
    var decoder = KeyDecoder(sequences: [[0x1B, 0x5B, 0x5B, 0x41]: .function(1)])
    let early = decoder.decode([0x1B, 0x5B, 0x5B])
    #expect(early.isEmpty)
    let keys = decoder.decode([0x41, 0x1B, 0x5B, 0x41])
    #expect(keys == [.key(.function(1)), .key(.up)])
  }

  @Test func `noise never stops the parser`() {
    var decoder = KeyDecoder()
    var state: UInt32 = 1
    for _ in 0..<20_000 {
      state = state &* 1_664_525 &+ 1_013_904_223
      _ = decoder.decode([UInt8(truncatingIfNeeded: state >> 24)])
    }
    _ = decoder.decode(Array("\u{1B}[201~".utf8))
    _ = decoder.flush()
    let keys = decoder.decode([0x71])
    #expect(keys == [.key(.character("q"))])
  }
}

@Suite struct KeyTableTests {
  private let table = KeyTable()

  @Test func `no key means two things in one pane`() {
    #expect(table.conflict == nil)
  }

  @Test func `every intent has a key that is no function key`() {
    for intent in Intent.allCases {
      let keys = table.bindings.filter { $0.intent == intent }.flatMap(\.keys)
      #expect(keys.contains { if case .function = $0 { false } else { true } }, "\(intent)")
    }
  }
}
