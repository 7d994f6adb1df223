import Foundation
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite struct StatsFeedTests {
  private let client = FakeClient(sample)

  private func advance(_ feed: EventFeed) {
    client.change { $0.bytesSent += 1 }
    feed.tell(client.snapshot)
  }

  @Test func `a listener that was away goes on where it stopped`() throws {
    let feed = EventFeed(client: client)
    var position: EventFeed.Position = nil
    let present = try Told.all(feed.next(after: &position))
    // Only the last one has an id: who loses the connection in the middle is told all of it again.
    #expect(present.map { $0.id != nil } == [false, false, false, false, true])
    advance(feed)
    advance(feed)
    let news = try Told.all(feed.next(after: &position))
    #expect(news.map { $0.data["bytes_sent"] as? Int } == [2001, 2002])
    #expect(feed.next(after: &position).isEmpty)

    var resumed = feed.position(lastEventID: news[0].id)
    #expect(try Told.all(feed.next(after: &resumed)).map(\.id) == [news[1].id])
    var early = feed.position(lastEventID: present[4].id)
    #expect(try Told.all(feed.next(after: &early)).count == 2)
  }

  @Test(arguments: ["", "1", "other-1", "other-1-2", "x-y", "-", "😀-1"])
  func `an id that means nothing begins anew`(id: String) throws {
    var position = EventFeed(client: client).position(lastEventID: id)
    #expect(try Told.all(EventFeed(client: client).next(after: &position)).count == 5)
  }

  @Test func `an id of the future begins anew`() throws {
    let feed = EventFeed(client: client)
    var position: EventFeed.Position = nil
    let id = try #require(try Told.all(feed.next(after: &position)).last?.id)
    let future = try #require(id.split(separator: "-").first) + "-18446744073709551615"
    var other = feed.position(lastEventID: String(future))
    #expect(try Told.all(feed.next(after: &other)).count == 5)
  }

  @Test func `a listener that is too slow is told the present state`() throws {
    let feed = EventFeed(client: client)
    var position: EventFeed.Position = nil
    _ = feed.next(after: &position)
    for _ in 0..<600 { advance(feed) }
    let events = try Told.all(feed.next(after: &position))
    #expect(events.count == 5 && events[0].data["bytes_sent"] as? Int == 2600)
    #expect(feed.next(after: &position).isEmpty)
  }

  @Test func `the number of listeners is bounded`() throws {
    let feed = EventFeed(client: client)
    var streams = (0..<EventFeed.listeners).map { _ in feed.listen() }
    #expect(streams.allSatisfy { $0 != nil } && feed.listen() == nil)
    streams.removeLast()
    #expect(feed.listenerCount == EventFeed.listeners - 1 && feed.listen() != nil)
  }
}
