import Foundation
import TestSupport
import Testing

/// What the script adds: nothing that a reader does is lost when something happens.
@Suite(.enabled(if: Browser.isThere, "Chromium is missing: apt-get install chromium"))
struct LivePageTests {
  private static let names =
    "[...document.querySelectorAll('.files tbody th')].map((e) => e.textContent.trim()).join()"

  /// A peer that lists so many files of another, and its page. No id begins with an x, so that a search
  /// for `x1` finds names only.
  private func withFiles(
    _ count: Int, _ body: (Neighbourhood, PeerProcess, Browser) async throws -> Void
  ) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let files: [PythonPeer.OwnFile] = (0..<count).map { .init("file x\($0)", size: 10 + $0) }
      let peer = try await neighbourhood.python("plain", .init(greeting: [us], files: files))
      try await us.waitUntilItTracks(peer.id)
      try await eventually("every file is listed") { try await us.api.files().total == count }
      try await withBrowser(neighbourhood) { browser in
        try await browser.resize(width: 1000, height: 600)
        try await browser.open("http://127.0.0.1:\(us.api.port)/")
        try await eventually("the files") { try await browser.text().contains("file x0") }
        try await body(neighbourhood, us, browser)
      }
    }
  }

  private func search(_ text: String, in browser: Browser) async throws {
    try await browser.run("document.getElementById('q').focus()")
    try await browser.type(text)
  }

  /// Where the first row is in the window.
  private func top(_ browser: Browser) async throws -> Double {
    let top = "document.querySelector('.files tbody').getBoundingClientRect().top"
    return try #require(Double(try await browser.evaluate(top)))
  }

  @Test func `scroll, sort, search, focus and rows survive what happens`() async throws {
    try await withFiles(150) { neighbourhood, us, browser in
      try await search("x1", in: browser)
      try await eventually("what matches") { try await browser.text().contains("Files that match “x1”") }
      try await browser.run("document.querySelector('[aria-sort] a[href*=size]').click()")
      try await eventually("the order") {
        try await browser.evaluate(Self.names).hasPrefix("file x1,file x10,file x11,")
      }
      try await browser.run("document.getElementById('q').focus()")
      try await browser.run("scrollTo(0, 700); document.querySelector('.files tbody tr').mark = 'the same'")
      let before = try await top(browser)

      try await us.push(neighbourhood.makeFile("file x1 and more", Array(repeating: 1, count: 5_000)))
      try await eventually("the new file, which is the largest") {
        try await browser.evaluate(Self.names).hasSuffix("file x1 and more")
      }
      #expect(try await browser.evaluate("document.querySelector('.files tbody tr').mark") == "the same")
      #expect(try await browser.evaluate("document.getElementById('q').value") == "x1")
      #expect(try await browser.evaluate("document.activeElement.id") == "q")
      #expect(try await browser.evaluate("location.search") == "?q=x1&sort=size")
      let moved = abs(try await top(browser) - before)
      #expect(moved < 1, "what is read does not move, but for a part of a pixel")

      // Typing goes on from where it was.
      try await browser.type(" and")
      try await eventually("the only match") { try await browser.evaluate(Self.names) == "file x1 and more" }
    }
  }

  @Test func `pages and searches are steps that can be taken back`() async throws {
    try await withFiles(250) { _, _, browser in
      let shown = "document.querySelector('.files caption').textContent"
      try await browser.run("document.notLoadedAnew = true; document.querySelector('[rel=next]').click()")
      try await eventually("the second page") { try await browser.evaluate(shown) == "101–200 of 250" }
      try await browser.run("document.querySelector('[rel=last]').click()")
      try await eventually("the last page") { try await browser.evaluate(shown) == "201–250 of 250" }
      try await browser.run("history.back()")
      try await eventually("the second page again") { try await browser.evaluate(shown) == "101–200 of 250" }
      try await search("x249", in: browser)
      try await browser.press("Enter", code: 13)
      try await eventually("what matches") { try await browser.evaluate(shown) == "1–1 of 1" }
      try await browser.run("history.back()")
      try await eventually("all of them") { try await browser.evaluate(shown) == "101–200 of 250" }
      #expect(try await browser.evaluate("document.getElementById('q').value") == "")
      #expect(try await browser.isTrue("document.notLoadedAnew"))
    }
  }

  @Test func `without events it asks by itself`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      try await withBrowser(neighbourhood) { browser in
        try await browser.block(["*/api/v1/events"])
        try await browser.open("http://127.0.0.1:\(us.api.port)/")
        try await eventually("the page") { try await browser.text().contains("No file to show.") }
        try await us.push(neighbourhood.makeFile("first.txt", "first".utf8))
        try await eventually("the file", within: PageTests.soon) {
          try await browser.text().contains("first.txt")
        }
      }
    }
  }

  @Test func `a pause lasts until it is ended`() async throws {
    try await withFiles(3) { neighbourhood, us, browser in
      try await browser.run("document.querySelector('a[href*=refresh]').click()")
      try await eventually("the pause") { try await browser.text().contains("Go on refreshing") }
      try await us.push(neighbourhood.makeFile("later.txt", "later".utf8))
      try await eventually("the peer's page has it") {
        try await HTTP.get(port: us.api.port, "/").text.contains("later.txt")
      }
      #expect(try await !browser.text().contains("later.txt"))
      try await browser.run("document.querySelector('.tools a').click()")
      try await eventually("what happened meanwhile") { try await browser.text().contains("later.txt") }
    }
  }

  @Test func `a peer that is gone is told, and its return too`() async throws {
    try await withFiles(3) { neighbourhood, us, browser in
      _ = try await us.stop()
      let status = "document.getElementById('connection').className"
      try await eventually("the trouble is shown") { try await browser.evaluate(status) == "lost" }
      #expect(try await browser.text().contains("The peer does not answer"))
      #expect(try await browser.text().contains("file x0"), "what was known stays")
      let port = "\(us.api.port)"
      let again = try ChildProcess(
        PeerProcess.executable,
        ["us", "127.0.0.1", "\(us.port)", port, "--headless", "--home", us.home.path, "--bootstrap", "none"])
      try await eventually("the trouble is over") { try await browser.evaluate(status) == "" }
      try await again.end()
    }
  }

  @Test func `nothing goes wrong in the script, nor against the page's own rules`() async throws {
    try await withFiles(20) { neighbourhood, us, browser in
      try await browser.run(
        """
        document.faults = [];
        addEventListener('error', (e) => document.faults.push(e.message));
        addEventListener('unhandledrejection', (e) => document.faults.push(String(e.reason)));
        addEventListener('securitypolicyviolation', (e) => document.faults.push(e.violatedDirective));
        """)
      try await us.push(neighbourhood.makeFile("later.txt", "later".utf8))
      try await eventually("a change") { try await browser.text().contains("later.txt") }
      #expect(try await browser.evaluate("document.faults.join()") == "")
      #expect(try await browser.isTrue("!document.querySelector('[style], main style, main script')"))
    }
  }
}
