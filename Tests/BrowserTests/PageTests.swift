import Foundation
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

  @Test(arguments: [true, false])
  func `markup in names is shown as text`(scripts: Bool) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us", ["--share-http"])
      let name = #"<img src=x onerror='document.title=1'><b>&amp;</b>"#
      let peer = try await neighbourhood.python("plain", .init(id: "<i>peer</i>", greeting: [us]))
      try await us.waitUntilItTracks("<i>peer</i>")
      let added = try await peer.do("add", ["file": #"{"name": "\#(name)", "text": "x"}"#])
      let file = try await us.waitUntilItLists(#require(added.fileId))
      try await us.fetch(file.fileId)
      try await withBrowser(neighbourhood, scripts: scripts) { browser in
        try await browser.open("http://127.0.0.1:\(us.api.port)/?q=%3Cimg")
        try await eventually("the name, as it is") { try await browser.text().contains(name) }
        #expect(try await browser.text().contains("<i>peer</i>"))
        if scripts {
          try await us.push(neighbourhood.makeFile("other <img src=y>.txt", "x".utf8))
          try await eventually("a name that came later") {
            try await browser.text().contains("other <img src=y>.txt")
          }
        }
        let elements = "document.querySelectorAll('table img, table b, table i').length"
        #expect(try await browser.evaluate(elements) == "0")
        #expect(try await browser.evaluate("document.title") != "1")
      }
    }
  }

  @Test(arguments: [320, 360, 768, 1000, 1280, 1920])
  func `nothing is wider than the window or its section`(width: Int) async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      let long = String(repeating: "a very long name ", count: 12) + ".txt"
      try await us.push(neighbourhood.makeFile(long, "x".utf8))
      try await us.push(neighbourhood.makeFile(String(repeating: "w", count: 200), "w".utf8))
      try await withBrowser(neighbourhood) { browser in
        try await browser.resize(width: width, height: 740)
        try await browser.open("http://127.0.0.1:\(us.api.port)/")
        try await eventually("the file") { try await browser.text().contains("a very long name") }
        #expect(try await browser.isTrue("document.documentElement.scrollWidth <= window.innerWidth"))
        let sections = "[...document.querySelectorAll('section')]"
        #expect(try await browser.isTrue("\(sections).every((s) => s.scrollWidth <= s.clientWidth)"))
      }
    }
  }

  @Test func `light and dark are what the system prefers`() async throws {
    try await withNeighbourhood { neighbourhood in
      let us = try await neighbourhood.peer("us")
      try await withBrowser(neighbourhood) { browser in
        try await browser.open("http://127.0.0.1:\(us.api.port)/")
        try await eventually("the page") { try await browser.text().contains("us") }
        let ground = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((n) => n > 128)"
        try await browser.prefer(dark: false)
        #expect(try await browser.evaluate(ground) == "true")
        try await browser.prefer(dark: true)
        #expect(try await browser.evaluate(ground) == "false")
      }
    }
  }
}
