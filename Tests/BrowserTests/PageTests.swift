import TestSupport
import Testing

/// The page as its readers meet it, in a real browser.
@Suite(.enabled(if: Browser.isThere, "Chromium is missing: apt-get install chromium"))
struct PageTests {
  /// Two refreshes of 2 seconds, and as much again for a loaded machine.
  static let soon = Duration.seconds(8)

  @Test(arguments: [true, false])
  func `peers and files are there, and follow what happens`(scripts: Bool) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      try await us.push(neighbourhood.makeFile("first.txt", "first".utf8))
      try await withBrowser(neighbourhood, scripts: scripts) { browser in
        try await browser.open("http://127.0.0.1:\(us.api.port)/")
        try await eventually("the first file") { try await browser.text().contains("first.txt") }
        #expect(try await browser.evaluate("document.querySelectorAll('table').length >= 2") == "true")

        // The page is not opened again: it has to follow by itself.
        try await us.push(neighbourhood.makeFile("second.txt", "second".utf8))
        try await eventually("the second file", within: Self.soon) {
          try await browser.text().contains("second.txt")
        }
        let peer = try await neighbourhood.python("plain", .init(greeting: [us]))
        try await us.waitUntilItTracks(peer.id)
        try await eventually("the peer", within: Self.soon) { try await browser.text().contains(peer.id) }
      }
    }
  }

  @Test func `markup in names is shown as text`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let name = #"<img src=x onerror='document.title=1'><b>&amp;</b>"#
      let peer = try await neighbourhood.python("plain", .init(id: "<i>peer</i>", greeting: [us]))
      try await us.waitUntilItTracks("<i>peer</i>")
      let added = try await peer.do("add", ["file": #"{"name": "\#(name)", "text": "x"}"#])
      try await us.waitUntilItLists(#require(added.fileId))
      try await withBrowser(neighbourhood) { browser in
        try await browser.open("http://127.0.0.1:\(us.api.port)/")
        try await eventually("the name, as it is") { try await browser.text().contains(name) }
        #expect(try await browser.text().contains("<i>peer</i>"))
        let elements = "document.querySelectorAll('table img, table b, table i').length"
        #expect(try await browser.evaluate(elements) == "0")
        #expect(try await browser.evaluate("document.title") != "1")
      }
    }
  }

  @Test func `nothing sticks out on a phone`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let long = String(repeating: "a very long name ", count: 12) + ".txt"
      try await us.push(neighbourhood.makeFile(long, "x".utf8))
      try await withBrowser(neighbourhood) { browser in
        try await browser.resize(width: 360, height: 740)
        try await browser.open("http://127.0.0.1:\(us.api.port)/")
        try await eventually("the file") { try await browser.text().contains("a very long name") }
        let fits = "document.documentElement.scrollWidth <= window.innerWidth"
        #expect(try await browser.evaluate(fits) == "true")
      }
    }
  }
}
