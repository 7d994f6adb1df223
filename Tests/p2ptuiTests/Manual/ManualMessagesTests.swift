import Foundation
import TestSupport
import Testing

@testable import p2ptui

/// Messages that the guide explains are messages of the program, and paths of the page are those it has.
@Suite struct ManualMessagesTests {
  /// The sources, with texts that are put together of several put together.
  private static let sources: String = {
    let folder = Repository.root.appending(path: "Sources")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let texts = (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
      .compactMap { try? String(contentsOf: $0, encoding: .utf8) }
    return texts.joined().replacing(#/"\s*\+ "/#, with: "").replacing(#/ \\\n\s*/#, with: " ").replacing(
      #"\""#, with: "\"")
  }()

  /// What the parser and the system say; the sources do not have it.
  private static let others: String = {
    var parser = ""
    do { _ = try Arguments.parse(["--downloads", "x"]) } catch { parser = Arguments.message(for: error) }
    return parser + [EADDRINUSE, ECONNREFUSED].map { String(cString: strerror($0)).lowercased() }.joined()
  }()

  @Test func `each message that the guide explains is one of the program`() {
    let messages = Manual.guide.tables(headed: "message").flatMap(\.rows).flatMap { Manual.codes(in: $0[0]) }
    #expect(messages.count > 40)
    for message in messages {
      // Between what the program fills in, and between sentences, which it may have put together.
      for part in message.split(separator: #/…|: |\. /#) where part.count > 3 {
        #expect(Self.sources.contains(part) || Self.others.contains(part), "\(message): “\(part)”")
      }
    }
  }

  @Test func `the guide has each path of the page, and no other`() throws {
    let data = try Data(contentsOf: Repository.root.appending(path: "docs/openapi.json"))
    let description = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let paths = try #require(description["paths"] as? [String: Any])
    let known = paths.keys.filter { $0 != "/" && !$0.hasPrefix("/assets") }
      .map { $0.replacing("{", with: "<").replacing("}", with: ">") }
    let table = try #require(Manual.guide.tables(headed: "path").first)
    #expect(Set(table.rows.flatMap { Manual.codes(in: $0[0]) }) == Set(known))
  }
}
