import Foundation
import PeerEngine
import Testing

@testable import p2ptui

/// What is installed around the program knows it by version and options; they are read here from its files.
@Suite struct PackagingTests {
  private func text(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test func theDebianChangelogBeginsWithThisVersion() throws {
    #expect(try text("debian/changelog").hasPrefix("p2ptui (\(EngineConfiguration.version)) "))
  }

  @Test func theSystemdUnitStartsAPeer() throws {
    let unit = try text("packaging/p2ptui@.service")
    let line = try #require(unit.firstMatch(of: /(?m)^ExecStart=@bindir@\/p2ptui (.*)$/)?.1)
    let words = line.split(separator: " ").map { word in
      ["${P2P_PORT}": "8040", "${HTTP_PORT}": "8041", "$OPTIONS": "--share-http"][word] ?? String(word)
    }
    let options = try Arguments.parse(words).options(environment: [:])
    #expect(options.headless && options.home == "%h/p2ptui/%i" && options.p2pPort == 8040)
    #expect(unit.contains(" P2P_PORT=8040 HTTP_PORT=8041 "))
  }
}
