import PeerCore
import Testing

@testable import PeerEngine

@Suite("Stored names") struct StorageNameTests {
  let id = FileID(bytes: [UInt8](repeating: 0xAB, count: 32))!

  func base(_ name: String) -> String { StoredName.base(for: name, id: id) }

  @Test func `a plain name stays`() {
    #expect(base("notes.txt") == "notes.txt")
    #expect(base("Löwe 🦁.png") == "Löwe 🦁.png")
  }

  @Test func `only the last component counts`() {
    #expect(base("../../etc/passwd") == "passwd")
    #expect(base("/etc/passwd") == "passwd")
    #expect(base("C:\\Windows\\a.txt") == "a.txt")
    #expect(base("dir/sub/") == "sub")
  }

  @Test func `a character that could hide or disguise a name becomes an underscore`() {
    #expect(base("a\u{1B}[31m.txt") == "a_[31m.txt")
    #expect(base("a\u{0}b\nc\u{7F}") == "a_b_c_")
    #expect(base("exe\u{202E}gpj.a") == "exe_gpj.a")
    #expect(base("a\u{200B}b\u{FEFF}") == "a_b_")
  }

  @Test func `a leading dot or dash does not stay first`() {
    #expect(base(".bashrc") == "_.bashrc")
    #expect(base("-rf") == "_-rf")
    #expect(base("a/...") == "_...")
  }

  @Test func `a name that is none becomes the short id`() {
    for name in ["", ".", "..", "a/..", "/", "\\", "   "] { #expect(base(name) == "file-abababab") }
  }

  @Test func `a long name is cut between characters and keeps its extension`() {
    let long = base(String(repeating: "ö", count: 300) + ".jpeg")
    #expect(long == String(repeating: "ö", count: 125) + ".jpeg")
    #expect(base(String(repeating: "x", count: 255)).utf8.count == 255)
    #expect(base(String(repeating: "👩‍👩‍👧‍👦", count: 40)).utf8.count == 250)
    #expect(base("a" + String(repeating: "\u{301}", count: 500)) == "file-abababab")
  }

  @Test func `further choices are numbered before the extension`() {
    #expect(StoredName.choice(1, of: "a.txt") == "a.txt")
    #expect(StoredName.choice(2, of: "a.txt") == "a (2).txt")
    #expect(StoredName.choice(3, of: "README") == "README (3)")
    #expect(StoredName.choice(12, of: String(repeating: "x", count: 255)).utf8.count == 255)
  }
}
