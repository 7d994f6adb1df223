import Testing

@testable import PeerCore

/// PROTOCOL.md, "Protection": limits on answers.
@Suite struct AnswerLimitTests {
  let ann = Other(1)

  @Test func `a destination gets one answer in two seconds`() {
    var peer = Peer()
    for _ in 0..<5 { peer.gossip(ann) }
    #expect(peer.effects.sends.count == 1)
    peer.wait(1_999)
    #expect(peer.effects.sends.count == 1)
    peer.wait(1)
    #expect(peer.effects.sends.count == 2)
    peer.wait(10_000)
    #expect(peer.effects.sends.count == 2)
  }

  @Test func `all answers together have a burst and a rate`() {
    var peer = Peer()
    for number in 1...200 {
      peer.hear(.gossip(Gossip(origin: Other(number).endpoint, peerID: Other(number).id, id: nil)))
    }
    #expect(peer.effects.sends.count == 20)
    peer.wait(1_000)
    #expect((65...71).contains(peer.effects.sends.count))
    peer.wait(4_000)
    #expect(peer.effects.sends.count == 200)
  }

  @Test func `what exceeds the queue is dropped and counted`() {
    var peer = Peer(limits: Limits { $0.waitingAnswers = 10 })
    for number in 1...100 {
      peer.hear(.gossip(Gossip(origin: Other(number).endpoint, peerID: Other(number).id, id: nil)))
    }
    peer.wait(30_000)
    #expect(peer.effects.sends(of: .gossipReply).count == 30)
    let told = peer.effects.logs("much gossip", level: .info)
    #expect((1...2).contains(told.count))
  }

  @Test func `many busy destinations do not starve another one`() {
    var peer = Peer { $0.peerTimeout = 1_000_000 }
    for round in 0..<12 {
      for number in 1...150 {
        peer.hear(.gossip(Gossip(origin: Other(number).endpoint, peerID: Other(number).id, id: nil)))
      }
      if round == 1 {
        peer.hear(.gossip(Gossip(origin: Other(999).endpoint, peerID: Other(999).id, id: nil)))
      }
      peer.wait(500)
    }
    #expect(peer.effects.sends(of: .gossipReply).contains(Other(999).endpoint))
  }

  @Test func `strangers cannot fill the log`() {
    var peer = Peer()
    for _ in 0..<5_000 { peer.hear(.unknown(type: "SPAM")) }
    #expect(peer.effects.logs().count == 500)
    peer.wait(1_000)
    peer.hear(.unknown(type: "SPAM"))
    #expect(peer.effects.logs("4500 lines were left out").count == 1)
  }

  @Test func `a command is logged, whatever strangers do`() {
    var peer = Peer()
    for _ in 0..<1_000 { peer.hear(.unknown(type: "SPAM")) }
    #expect(!peer.share(.ours(1)).logs("is shared").isEmpty)
  }

  @Test func `one message makes a few lines of log, however many conflicts it holds`() {
    var peer = Peer()
    let files = (1...500).map { FileEntry.file($0) }
    peer.reply(ann, files)
    peer.forgetEffects()
    peer.reply(
      Other(2), files.map { FileEntry(id: $0.id, name: "other", owner: "x", timestamp: $0.timestamp) })
    #expect(peer.effects.logs(level: .debug).count < 5)
    #expect(peer.effects.logs("and 499 more files differently").count == 1)
  }
}
