import Testing

@testable import PeerCore

/// What a stranger's gossip makes us send (PROTOCOL.md, "Protection").
@Suite struct OutboxTests {
  private let there = Endpoint(host: "there", port: 1)

  @Test func `a destination gets one message in an interval`() {
    var outbox = Outbox(limits: Limits())
    outbox.reply(to: there)
    outbox.enqueue(.message([1]), to: there)
    #expect(outbox.release(at: 0, replyBytes: 1).map(\.what) == [.reply])
    #expect(outbox.release(at: 1_999, replyBytes: 1).isEmpty)
    #expect(outbox.nextRelease(after: 1_999) == 2_000)
    #expect(outbox.release(at: 2_000, replyBytes: 1).map(\.what) == [.item(.message([1]))])
  }

  @Test func `a peer that always waits for a reply gets the rest in turn`() {
    var outbox = Outbox(limits: Limits())
    outbox.enqueue(.message([1]), to: there)
    outbox.enqueue(.delete(FileID(bytes: repeatElement(0, count: 32))!), to: there)
    var kinds: [Bool] = []
    for time in stride(from: Int64(0), to: 10_000, by: 500) {
      outbox.reply(to: there)
      for release in outbox.release(at: time, replyBytes: 1) { kinds.append(release.what == .reply) }
    }
    #expect(kinds == [true, false, true, false, true])
  }

  @Test func `the same message waits once`() {
    var outbox = Outbox(limits: Limits())
    for _ in 0..<3 { outbox.enqueue(.delete(FileID(bytes: repeatElement(7, count: 32))!), to: there) }
    #expect(outbox.release(at: 0, replyBytes: 1).count == 1)
    #expect(outbox.release(at: 10_000, replyBytes: 1).isEmpty)
  }

  @Test func `long replies keep a rate of their own, and hold nothing else back`() {
    let limits = Limits {
      $0.answerBytesPerSecond = 1_000
      $0.answerBytesBurst = 1_000
    }
    var outbox = Outbox(limits: limits)
    let others = (1...3).map { Endpoint(host: "other", port: $0) }
    for other in others { outbox.reply(to: other) }
    #expect(outbox.release(at: 0, replyBytes: 3_000).map(\.to) == [others[0]])
    // A debt of 2,000 bytes, and a byte for the next one.
    #expect(outbox.nextRelease(after: 0) == 2_002)
    outbox.enqueue(.message([1]), to: others[2])
    #expect(outbox.nextRelease(after: 0) == 0)
    #expect(outbox.release(at: 10, replyBytes: 3_000).map(\.what) == [.item(.message([1]))])
    #expect(outbox.release(at: 2_000, replyBytes: 3_000).isEmpty)
    #expect(outbox.release(at: 2_010, replyBytes: 3_000).map(\.to) == [others[1]])
  }
}
