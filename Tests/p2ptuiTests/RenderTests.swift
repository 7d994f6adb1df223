import Foundation
import Testing

@testable import p2ptui

@Suite struct CellWidthTests {
  @Test(arguments: [
    ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｆｕｌｌ", 8), ("한국어", 6),
    ("\u{1112}\u{1161}\u{11AB}", 2),
    ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("❤️", 1), ("🇨🇦", 2), ("भारत", 4), ("●○◌█▌─", 6), ("a\u{200B}b", 2),
  ])
  func `text takes the columns that terminals give it`(text: String, width: Int) {
    #expect(CellWidth.of(text) == width)
  }

  @Test func `control and format characters are no marks`() {
    let text = "a\u{1B}\u{0}\u{200B}\u{FE0F}\u{301}b"
    #expect(Array(Clusters(text)).map(\.text) == ["a\u{301}", "b"])
  }

  @Test func `marks on one character are bounded`() {
    let zalgo = "a" + String(repeating: "\u{316}", count: 100)
    #expect(Array(Clusters(zalgo)).first?.text.unicodeScalars.count == 1 + CellWidth.combiningMarks)
  }
}

@Suite struct FitTests {
  @Test(arguments: [
    ("hello", 5, "hello"), ("hello", 4, "hel…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("x", 0, ""),
  ])
  func `text is clipped to columns, with an ellipsis`(text: String, width: Int, result: String) {
    #expect(Fit.clip(text, to: width, ellipsis: "…") == result)
  }

  @Test func `an ellipsis that does not fit is cut too`() {
    #expect(Fit.clip("hello", to: 2, ellipsis: "...") == "..")
  }

  @Test(arguments: [
    ("one two three", 7, ["one two", "three"]), ("abcdefgh", 3, ["abc", "def", "gh"]),
    ("日本語日本語", 5, ["日本", "語日", "本語"]), ("", 5, [""]), ("fits", 4, ["fits"]),
    ("  - indented text", 10, ["  -", "indented", "text"]),
  ])
  func `lines are wrapped at spaces, words that are too long anywhere`(
    text: String, width: Int, lines: [String]
  ) {
    #expect(Fit.wrap(text, to: width) == lines)
  }
}

@Suite struct FormatTests {
  @Test(
    arguments: [
      (-5, "now"), (59, "59s"), (3_599, "59m"), (86_399, "23h"), (31_535_999, "364d"), (1 << 40, "999y"),
    ]
      as [(Int64, String)])
  func `ages take four columns at most`(seconds: Int64, text: String) {
    #expect(Format.age(seconds: seconds) == text)
  }

  @Test func `dates are those of the place where one is`() {
    #expect(Format.date(seconds: 1_744_170_562, utcOffset: 0) == "2025-04-09 03:49:22")
    #expect(Format.date(seconds: 951_782_400, utcOffset: -1) == "2000-02-28 23:59:59")
    #expect(Format.date(seconds: -1, utcOffset: 0) == "1969-12-31 23:59:59")
    #expect(Format.clock(-1_000, utcOffset: 0) == "23:59:59")
  }

  @Test func `the time left is rounded up`() {
    #expect(Format.duration(seconds: 59.2) == "1:00" && Format.duration(seconds: 3_605) == "1:00:05")
  }
}

@Suite struct FrameDrawingTests {
  @Test func `of a wide character that is half overwritten, the other half is blank`() {
    var frame = Frame(size: Size(width: 6, height: 1))
    frame.put("日本語", x: 0, y: 0)
    frame.put("x", x: 1, y: 0)
    #expect(frame.plainText == " x本語")
    frame.put("y", x: 2, y: 0)
    #expect(frame.plainText == " xy 語")
  }

  @Test func `what is put outside the frame is not drawn`() {
    var frame = Frame(size: Size(width: 3, height: 1))
    frame.put("日本", x: 0, y: 0)
    frame.put("a", x: 5, y: 0)
    frame.put("a", x: 0, y: 7)
    frame.fill(Rect(x: 2, y: 0, width: 9, height: 9), "-")
    #expect(frame.plainText == "日-")
  }
}

@Suite struct ClipboardTests {
  @Test func `tmux and screen have the sequence wrapped for them`() {
    func sequence(_ environment: [String: String], _ text: String = "id") -> String {
      String(decoding: Clipboard.sequence(copying: text, environment: environment), as: UTF8.self)
    }
    let plain = "\u{1B}]52;c;aWQ=\u{07}"
    #expect(sequence([:]) == plain)
    #expect(sequence(["TMUX": "x"]) == plain + "\u{1B}Ptmux;\u{1B}\(plain)\u{1B}\\")
    #expect(sequence(["STY": "x"]) == "\u{1B}P\(plain)\u{1B}\\")
    let long = sequence(["STY": "x"], String(repeating: "x", count: 900))
    #expect(long.components(separatedBy: "\u{1B}\\").allSatisfy { $0.utf8.count <= 242 })
  }
}

@Suite struct ThemeTests {
  @Test func `a theme names no colour where there are none, and mono never does`() {
    for role in Role.allCases {
      for theme in [Theme(.dark, colors: 0), Theme(.mono, colors: 256)] {
        #expect(theme[role].foreground == -1 && theme[role].background == -1)
      }
    }
  }

  @Test(arguments: [8, 16, 88, 256])
  func `no theme asks for a colour that the terminal does not have`(count: Int) {
    for name in ThemeName.allCases {
      let theme = Theme(name, colors: count)
      for role in Role.allCases {
        #expect(theme[role].foreground < count && theme[role].background < count)
      }
    }
  }

  @Test func `the selected row stands out everywhere`() {
    for name in ThemeName.allCases {
      for colors in [0, 8, 16, 256] {
        let theme = Theme(name, colors: colors)
        #expect(theme[.selected] != theme[.text] && theme[.selected] != theme[.selectedElsewhere])
      }
    }
  }

  @Test func `in high contrast everything has a ground of its own, and nothing is dim`() {
    for role in Role.allCases {
      let look = Theme(.contrast, colors: 256)[role]
      #expect(look.background >= 0 && look.foreground != look.background && !look.dim)
    }
  }

  @Test func `a light background is noticed`() {
    #expect(ThemeName.guess(colorFGBG: "0;15") == .light)
    #expect(ThemeName.guess(colorFGBG: "15;default;0") == .dark)
    #expect(ThemeName.guess(colorFGBG: nil) == .dark)
  }
}
