import Foundation
import PeerCore
import Synchronization
import TestSupport
import Testing

@testable import p2ptui

/// What the screen leaves to others while it goes on answering keys.
@Suite struct BackgroundWorkTests {
  /// A peer that holds its replies back until it is let go.
  private final class Peer: PeerClient {
    let commands = Mutex<[Command]>([])
    private let gate = AsyncStream<Void>.makeStream()

    var snapshot: Snapshot { Fixture.snapshot() }
    func snapshots() -> AsyncStream<Snapshot> { AsyncStream { $0.finish() } }

    func submit(_ command: Command) async -> CommandReply {
      for await _ in gate.stream {}
      commands.withLock { $0.append(command) }
      return .done("Done.")
    }

    func letGo() { gate.continuation.finish() }
  }

  private struct Runner: CommandRunner {
    func run(_ line: String) async -> CommandOutput { CommandOutput(lines: [line]) }
    func complete(_ line: String, cursor: Int, browses: Bool) async -> Completions {
      Completions(range: 0..<cursor, candidates: [Candidate(line)])
    }
  }

  private let peer = Peer()
  private let mailbox: Mailbox
  private let work: BackgroundWork

  init() throws {
    mailbox = Mailbox(wakeup: try #require(Wakeup()))
    work = BackgroundWork(client: peer, commands: Runner(), mailbox: mailbox)
  }

  /// The next answers. On a loaded machine hundreds of other tests go first.
  private func answers() async throws -> [Action] {
    try await eventually("answers", within: .seconds(300)) {
      let answers = mailbox.take().answers
      return answers.isEmpty ? nil : answers
    }
  }

  @Test func `batches keep their order, and leaving waits for them`() async {
    let expected = (0..<5).map { Command.get(Fixture.id($0)) }
    work.submit(Array(expected[..<2]))
    work.submit(Array(expected[2...]))
    peer.letGo()
    await work.finish()
    #expect(peer.commands.withLock { $0 } == expected)
  }

  @Test func `answers come back as actions`() async throws {
    work.run("list")
    guard case .output(let output)? = try await answers().first else {
      Issue.record("no output")
      return
    }
    #expect(output.lines == ["list"])
    work.complete("li", cursor: 2, browses: false, ticket: 7)
    guard case .completions(7, let completions)? = try await answers().first else {
      Issue.record("no completions")
      return
    }
    #expect(completions.range == 0..<2)
    let snapshot = peer.snapshot
    work.sort(FileSort(query: FileQuery(), files: snapshot.files, peers: [], revision: 3))
    guard case .sorted(let order)? = try await answers().first else {
      Issue.record("no order")
      return
    }
    #expect(order.count == snapshot.files.count && order.revision == 3)
  }

  @Test func `of snapshots the newest wins`() {
    mailbox.put(Fixture.snapshot(revision: 1))
    mailbox.put(Fixture.snapshot(revision: 2))
    #expect(mailbox.take().snapshot?.revision == 2)
    #expect(mailbox.take().snapshot == nil)
    mailbox.close()
    _ = mailbox.take()
    #expect(mailbox.take().isClosed)
  }

  @Test func `the history outlasts the screen, and is private`() async throws {
    try await withTemporaryDirectory { directory in
      let file = HistoryFile(path: directory.appendingPathComponent("state/history").path)
      #expect(file.read() == [])
      file.write(["list", "push \"a b\""])
      #expect(file.read() == ["list", "push \"a b\""])
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let all = HistoryFile.all(in: directory.path)
      #expect(Set(all.values.map(\.path)).count == HistoryKind.allCases.count)
      #expect(HistoryFile.all(in: nil).isEmpty)
    }
  }
}
