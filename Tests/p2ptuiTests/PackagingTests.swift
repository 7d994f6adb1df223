import Foundation
import PeerEngine
import TestSupport
import Testing

@testable import p2ptui

/// What is installed around the program knows it by version and options; they are read here from its files.
@Suite struct PackagingTests {
  @Test func `the Debian changelog begins with this version`() throws {
    #expect(try Repository.text("debian/changelog").hasPrefix("p2ptui (\(EngineConfiguration.version)) "))
  }

  @Test func `the systemd unit starts a peer`() throws {
    let unit = try Repository.text("packaging/p2ptui@.service")
    let line = try #require(unit.firstMatch(of: /(?m)^ExecStart=@bindir@\/p2ptui (.*)$/)?.1)
    let words = line.split(separator: " ").map { word in
      ["${P2P_PORT}": "8040", "${HTTP_PORT}": "8041", "$OPTIONS": "--share-http"][word] ?? String(word)
    }
    let options = try Arguments.parse(words).options(environment: [:])
    #expect(options.headless && options.home == "%h/p2ptui/%i" && options.p2pPort == 8040)
    #expect(unit.contains(" P2P_PORT=8040 HTTP_PORT=8041 "))
  }

  @Test func `the settings of the unit that the manuals name are its own`() throws {
    let unit = try Repository.text("packaging/p2ptui@.service")
    let own = try #require(unit.firstMatch(of: /(?m)^Environment=(HOST=.*)$/)?.1).split(separator: " ")
      .map { $0.prefix { $0 != "=" } }
    for manual in [Manual.guide, .page] {
      let file = try #require(manual.blocks.first { $0.text.hasPrefix("HOST=") }, "\(manual)")
      #expect(file.text.split(separator: "\n").map { $0.prefix { $0 != "=" } } == own)
    }
  }

  @Test(arguments: Manual.all + Manual.others)
  func `make makes what a document says`(manual: Manual) throws {
    let known = Set(try Repository.text("Makefile").matches(of: /(?m)^([a-z]+):/).map { String($0.1) })
    let blocks = manual.blocks.flatMap { $0.text.split(separator: "\n").map(String.init) }
    let indented = manual.text.split(separator: "\n").filter { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
    let lines = manual.codes + blocks + indented.map(String.init)
    for line in lines {
      for target in line.matches(of: /(?:^|&& )(?:sudo )?make ([a-z]+)/).map({ String($0.1) }) {
        #expect(known.contains(target), "\(line)")
      }
    }
  }
}
