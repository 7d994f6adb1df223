import Testing

@testable import PeerCore

/// docs/GUIDE.md, "Commands".
@Suite struct CommandTests {
  let ann = Other(1)
  let bob = Other(2)

  @Test func `push imports, then announces to all and replicates to one`() {
    var peer = Peer()
    peer.reply(ann)
    peer.reply(bob)
    let request = RequestID(99)
    let asked = peer.happen(.command(.push(path: "/tmp/a"), request: request))
    #expect(asked.contains(.importFile(path: "/tmp/a", timestamp: peer.moment.wall / 1000, request)))
    let effects = peer.happen(.imported(request, .ours(1), peer.copy(.ours(1))))
    #expect(Set(effects.sends(of: .announce)) == [ann.endpoint, bob.endpoint])
    #expect(effects.replications.count == 1)
    #expect(effects.contains { if case .answer(request, .done, _) = $0 { true } else { false } })
  }

  @Test func `the same bytes pushed again keep their name`() throws {
    var peer = Peer()
    peer.share(.ours(1))
    var again = FileEntry.ours(1)
    again.name = "another name"
    let effects = peer.happen(.imported(RequestID(99), again, peer.copy(.ours(1))))
    let known = try #require(peer.record(.ours(1)))
    #expect(known.entry.name == FileEntry.ours(1).name)
    #expect(
      effects == [.answer(RequestID(99), .done("“file 1” (\(known.entry.id.short)) is shared already"))])
  }

  @Test func `a push that fails says why`() {
    var peer = Peer()
    let effects = peer.happen(.importFailed(RequestID(1), reason: "no such file"))
    #expect(effects == [.answer(RequestID(1), .failed("no such file"))])
  }

  @Test func `delete is the owner's right, and all peers are told`() {
    var peer = Peer()
    peer.reply(ann, [ann.file(2)])
    peer.share(.ours(1))
    peer.forgetEffects()
    let reply = peer.command(.delete(FileID(1)))
    #expect(reply?.isDone == true)
    #expect(peer.effects.sends(of: .delete) == [ann.endpoint])
    #expect(peer.effects.trashed == [FileID(1)])
    for id in [FileID(2), FileID(3)] {
      let refused = peer.command(.delete(id))
      #expect(refused?.isDone == false)
    }
    #expect(peer.record(ann.file(2)) != nil)
  }

  @Test func `forget removes only the copy here`() {
    var peer = Peer()
    peer.share(.ours(1))
    peer.reply(ann, [.ours(1)])
    peer.forgetEffects()
    let reply = peer.command(.forget(FileID(1)))
    #expect(reply?.isDone == true)
    // Storage records it when it is done, and only then it is told.
    #expect(peer.effects.changes.isEmpty)
    #expect(
      peer.effects.contains { if case .answer(_, .done, onceWritten: true) = $0 { true } else { false } })
    #expect(peer.effects.trashed == [FileID(1)])
    #expect(peer.effects.sends.isEmpty)
    #expect(peer.record(.ours(1))?.state == .remote)
    let again = peer.command(.forget(FileID(1)))
    #expect(again?.isDone == false)
  }

  @Test func `announce tells every peer of a file that is here`() {
    var peer = Peer()
    peer.share(.ours(1))
    peer.reply(ann)
    peer.forgetEffects()
    _ = peer.command(.announce(FileID(1)))
    #expect(peer.effects.sends(of: .announce) == [ann.endpoint])
    let refused = peer.command(.announce(FileID(2)))
    #expect(refused?.isDone == false)
  }

  @Test func `gossip greets one named peer, or a few`() {
    var peer = Peer()
    let alone = peer.command(.gossip(nil))
    #expect(alone?.isDone == false)
    _ = peer.command(.gossip(bob.endpoint))
    #expect(peer.effects.sends(of: .gossip) == [bob.endpoint])
    peer.reply(ann)
    _ = peer.command(.gossip(nil))
    #expect(peer.effects.sends(of: .gossip) == [bob.endpoint, ann.endpoint])
  }

  @Test func `what cannot be fetched says why`() {
    var peer = Peer { $0.maxFileSize = 100 }
    peer.share(.ours(1))
    var large = FileEntry.file(2)
    large.sizeBytes = 101
    peer.reply(ann, [large])
    for id in [FileID(1), FileID(2), FileID(3)] {
      let reply = peer.command(.get(id))
      #expect(reply?.isDone == false)
    }
    for command in [Command.pause(FileID(2)), .resume(FileID(2)), .cancel(FileID(2))] {
      let reply = peer.command(command)
      #expect(reply?.isDone == false)
    }
  }

  @Test func `the queue is bounded`() {
    var peer = Peer(limits: Limits { $0.queuedDownloads = 2 })
    peer.reply(ann, (1...3).map { .file($0) })
    let replies = (1...3).map { peer.command(.get(FileID($0)))?.isDone }
    #expect(replies == [true, true, false])
  }
}
