import Foundation
import TestSupport
import Testing

/// The page for those who do not see it, or do not use a mouse.
@Suite(.enabled(if: Browser.isThere, "Chromium is missing: apt-get install chromium"))
struct AccessibilityTests {
  /// A peer with something in every part of its page.
  private func withPage(
    scripts: Bool = true, _ body: (Browser, String) async throws -> Void
  ) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us", ["--share-http"])
      try await us.push(neighbourhood.makeFile("first.txt", "first".utf8))
      let files: [PythonPeer.OwnFile] = (0..<150).map { .init("file \($0)", size: 10) }
      let peer = try await neighbourhood.python("plain", .init(greeting: [us], files: files))
      try await us.waitUntilItTracks(peer.id)
      try await eventually("every file is listed") { try await us.api.files().total == 151 }
      let fetched = try #require(try await us.api.files("q=file&limit=1").files.first)
      try await us.fetch(fetched.fileId)
      try await withBrowser(neighbourhood, scripts: scripts) { browser in
        let url = "http://127.0.0.1:\(us.api.port)"
        try await browser.open("\(url)/")
        try await eventually("the page") { try await browser.text().contains("first.txt") }
        try await body(browser, url)
      }
    }
  }

  @Test(
    .enabled("axe-core has to be had from PyPI", { await AxeCore.isThere }),
    arguments: [(1400, false), (1400, true), (360, false), (360, true)])
  func `axe-core finds nothing`(width: Int, dark: Bool) async throws {
    try await withPage { browser, url in
      try await browser.resize(width: width, height: 800)
      try await browser.prefer(dark: dark)
      for path in ["/", "/?q=file&sort=size&refresh=off", "/?q=no+such+file", "/nothing"] {
        try await browser.open(url + path)
        let address =
          "location.pathname + location.search === '\(path)' && document.readyState === 'complete'"
        try await eventually("the page") { try await browser.isTrue(address) }
        #expect(try await AxeCore.findings(in: browser) == [], "\(path)")
      }
    }
  }

  /// axe-core has to find faults, or finding none says nothing.
  @Test(.enabled("axe-core has to be had from PyPI", { await AxeCore.isThere }))
  func `axe-core would find what is wrong`() async throws {
    try await withPage { browser, url in
      try await browser.open("\(url)/?refresh=off")
      try await eventually("the search") { try await browser.isTrue("!!document.querySelector('label')") }
      try await browser.run("document.querySelector('label').remove()")
      #expect(try await AxeCore.findings(in: browser).contains { $0.hasPrefix("label ") })
    }
  }

  /// Our own list, for where axe-core can't be had.
  @Test func `everything has a name, and tables say what they are`() async throws {
    let faults = [
      "table:not(:has(> caption))", "thead th:not([scope=col])", "a:empty, button:empty, h1:empty, h2:empty",
      "section:not(.log) tbody tr:not(:has(> th[scope=row]))", "section:not([aria-labelledby])",
      "input:not([type=hidden]):not(#q)", "[tabindex]:not([tabindex='0'])",
      // What chatters: the one live region tells only what is new to tell.
      "[aria-live], [role=alert], [role=status]:not(#connection)",
    ]
    try await withPage { browser, _ in
      for fault in faults {
        let found = "[...document.querySelectorAll(`\(fault)`)].map((e) => e.outerHTML).join('\\n')"
        let elements = try await browser.evaluate(found)
        #expect(elements == "", "\(fault)")
      }
      let language = try await browser.evaluate("document.documentElement.lang")
      let landmarks = try await browser.evaluate("document.querySelectorAll('h1, main').length")
      let labelled = try await browser.evaluate("document.querySelector('label').control.id")
      #expect([language, landmarks, labelled] == ["en", "2", "q"])
    }
  }

  @Test func `the keyboard reaches everything, and the files at once`() async throws {
    try await withPage { browser, _ in
      try await browser.press("Tab", code: 9)
      #expect(try await browser.evaluate("document.activeElement.textContent") == "To the files")
      try await browser.press("Enter", code: 13)
      try await eventually("the files") { try await browser.evaluate("location.hash") == "#files" }
      try await browser.press("Tab", code: 9)
      #expect(try await browser.evaluate("document.activeElement.id") == "q")
      var reached: Set<String> = []
      for _ in 0..<20 {
        try await browser.press("Tab", code: 9)
        reached.insert(try await browser.evaluate("document.activeElement.textContent.trim()"))
        let outline = "getComputedStyle(document.activeElement).outlineStyle"
        #expect(try await browser.evaluate(outline) == "solid", "what has the focus is seen")
      }
      #expect(reached.isSuperset(of: ["Search", "Pause refreshing", "State", "Name", "Size", "file 0"]))
    }
  }

  @Test func `screen readers are told what a search found, once`() async throws {
    try await withPage { browser, _ in
      let status = "document.getElementById('connection').textContent"
      #expect(try await browser.evaluate(status) == "")
      try await browser.run("document.getElementById('q').focus()")
      try await browser.type("first.txt")
      try await eventually("the result is told") { try await browser.evaluate(status) == "1–1 of 1" }
    }
  }
}
