import Testing

@testable import p2ptui

/// Layouts as drawings: T title, F files, R transfers, P peers, L log, D details, | divider, h foot.
@Suite struct LayoutTests {
  private func draw(_ layout: Layout, _ size: Size) -> String {
    var grid = Array(repeating: Array(repeating: Character("?"), count: size.width), count: size.height)
    var overlaps = 0
    func fill(_ rect: Rect, _ letter: Character) {
      for y in rect.y..<rect.bottom {
        for x in rect.x..<rect.right {
          overlaps += grid[y][x] == "?" ? 0 : 1
          grid[y][x] = letter
        }
      }
    }
    fill(layout.title, "T")
    fill(layout.foot, "h")
    if let details = layout.details { fill(details, "D") }
    if let divider = layout.divider { fill(divider, "|") }
    for (pane, letter) in zip(Pane.allCases, "FPLR") {
      if let rect = layout.panes[pane] { fill(rect, letter) }
    }
    #expect(overlaps == 0)
    return grid.map { row in
      // Runs of ten are drawn as one, so that a drawing stays small.
      String(stride(from: 0, to: row.count, by: 10).map { row[$0] }) + String(row.suffix(1))
    }.joined(separator: "\n")
  }

  private func layout(
    _ width: Int, _ height: Int, focus: Pane = .files, maximised: Bool = false, transfers: Bool = false
  ) throws -> String {
    let size = Size(width: width, height: height)
    let layout = try #require(
      Layout(size: size, focus: focus, maximised: maximised, transfers: transfers))
    return draw(layout, size)
  }

  @Test func `at 80x24 the panes are stacked`() throws {
    expectGolden("layout-80x24", try layout(80, 24))
    expectGolden("layout-80x24-transfers", try layout(80, 24, transfers: true))
  }

  @Test func `panes stand side by side from 120 columns`() throws {
    expectGolden("layout-120x36", try layout(120, 36))
    expectGolden("layout-120x36-transfers", try layout(120, 36, transfers: true))
  }

  @Test func `at 200x60 there is room for details`() throws {
    expectGolden("layout-200x60", try layout(200, 60, transfers: true))
  }

  @Test func `on a low or maximised screen the focused pane has it all`() throws {
    let whole = ["TTTTT"] + Array(repeating: "PPPPP", count: 10) + ["hhhhh"]
    #expect(try layout(40, 12, focus: .peers) == whole.joined(separator: "\n"))
    let large = try layout(80, 40, focus: .log, maximised: true)
    #expect(!large.contains("F") && large.contains("L"))
  }

  @Test func `every usable size is filled without gaps or overlaps`() throws {
    for width in stride(from: 40, through: 260, by: 20) {
      for height in stride(from: 10, through: 90, by: 8) {
        for transfers in [false, true] {
          let drawing = try layout(width, height, transfers: transfers)
          #expect(!drawing.contains("?"), "\(width)x\(height)")
        }
      }
    }
  }

  @Test func `a screen that is too small has no layout`() {
    #expect(
      Layout(size: Size(width: 39, height: 24), focus: .files, maximised: false, transfers: false) == nil)
    #expect(
      Layout(size: Size(width: 80, height: 9), focus: .files, maximised: false, transfers: false) == nil)
  }
}
