import PeerCore
import Testing

@testable import PeerEngine

@Suite("Stored names") struct StorageNameTests {
  let id = FileID(bytes: [UInt8](repeating: 0xAB, count: 32))!

  func base(_ name: String) -> String { StoredName.base(for: name, id: id) }

  @Test func aPlainNameStays() {
    #expect(base("notes.txt") == "notes.txt")
    #expect(base("Löwe 🦁.png") == "Löwe 🦁.png")
  }

  @Test func onlyTheLastComponentCounts() {
    #expect(base("../../etc/passwd") == "passwd")
    #expect(base("/etc/passwd") == "passwd")
    #expect(base("C:\\Windows\\a.txt") == "a.txt")
    #expect(base("dir/sub/") == "sub")
  }

  @Test func whatCouldHideOrDisguiseBecomesAnUnderscore() {
    #expect(base("a\u{1B}[31m.txt") == "a_[31m.txt")
    #expect(base("a\u{0}b\nc\u{7F}") == "a_b_c_")
    #expect(base("exe\u{202E}gpj.a") == "exe_gpj.a")
    #expect(base("a\u{200B}b\u{FEFF}") == "a_b_")
  }

  @Test func aLeadingDotOrDashIsNotKept() {
    #expect(base(".bashrc") == "_.bashrc")
    #expect(base("-rf") == "_-rf")
    #expect(base("a/...") == "_...")
  }

  @Test func aNameThatIsNoneIsTheShortID() {
    for name in ["", ".", "..", "a/..", "/", "\\", "   "] { #expect(base(name) == "file-abababab") }
  }

  @Test func aLongNameIsCutBetweenCharactersAndKeepsItsExtension() {
    let long = base(String(repeating: "ö", count: 300) + ".jpeg")
    #expect(long == String(repeating: "ö", count: 125) + ".jpeg")
    #expect(base(String(repeating: "x", count: 255)).utf8.count == 255)
    #expect(base(String(repeating: "👩‍👩‍👧‍👦", count: 40)).utf8.count == 250)
    #expect(base("a" + String(repeating: "\u{301}", count: 500)) == "file-abababab")
  }

  @Test func furtherChoicesAreNumberedBeforeTheExtension() {
    #expect(StoredName.choice(1, of: "a.txt") == "a.txt")
    #expect(StoredName.choice(2, of: "a.txt") == "a (2).txt")
    #expect(StoredName.choice(3, of: "README") == "README (3)")
    #expect(StoredName.choice(12, of: String(repeating: "x", count: 255)).utf8.count == 255)
  }
}
