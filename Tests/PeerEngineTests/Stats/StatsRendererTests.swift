import Foundation
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite struct StatsRendererTests {
  private func page(_ renderer: Renderer, _ query: String = "") async throws -> String {
    let answer = await renderer.page(
      try ListQuery(try Parameters(query: query), states: true))
    guard case .bytes(let bytes, _) = answer.body else { throw Unexpected("no text") }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `a page is made once for all, until there is news`() async throws {
    let client = FakeClient(sample)
    let source = source(client)
    let renderer = Renderer(source: source)
    let first = try await page(renderer)
    client.change { $0.bytesSent = 5 << 20 }
    #expect(try await page(renderer) == first)
    #expect(try await page(renderer, "sort=size").contains("5.0 MiB"), "another query is another page")
    source.feed.tell(client.snapshot)
    #expect(
      try await page(renderer).contains("5.0 MiB"), "who asks because of an event sees what it was about")
  }

  @Test func `a page is at most a second old`() async throws {
    let client = FakeClient(sample)
    let renderer = Renderer(source: source(client))
    _ = try await page(renderer)
    client.change {
      $0.bytesSent = 5 << 20
      $0.taken.uptime += 1_000
    }
    #expect(try await page(renderer).contains("5.0 MiB"))
  }
}
