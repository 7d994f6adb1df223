import CSupport
import Foundation
import PeerCore
import Synchronization

/// Carries out what takes time, away from the screen's thread; answers go to the mailbox.
final class BackgroundWork: Sendable {
  /// How long leaving waits for commands that were handed over last, such as a deletion.
  static let patience = Duration.seconds(2)

  private let client: any PeerClient
  private let commands: any CommandRunner
  private let mailbox: Mailbox
  /// Batches of commands for the peer, in the order in which the user gave them.
  private let last = Mutex<Task<Void, Never>?>(nil)

  init(client: any PeerClient, commands: any CommandRunner, mailbox: Mailbox) {
    self.client = client
    self.commands = commands
    self.mailbox = mailbox
  }

  func submit(_ batch: [Command]) {
    last.withLock { last in
      last = Task { [previous = last, client, mailbox] in
        await previous?.value
        var replies: [CommandReply] = []
        for command in batch { replies.append(await client.submit(command)) }
        mailbox.put(.replies(replies))
      }
    }
  }

  func run(_ line: String) {
    Task { [commands, mailbox] in mailbox.put(.output(await commands.run(line))) }
  }

  func complete(_ line: String, cursor: Int, browses: Bool, ticket: Int) {
    Task { [commands, mailbox] in
      let completions = await commands.complete(line, cursor: cursor, browses: browses)
      mailbox.put(.completions(ticket: ticket, completions))
    }
  }

  func sort(_ sort: FileSort) {
    // On a thread of its own, since a task's priority means nothing to the system's scheduler: keys go first.
    Thread.detachNewThread { [mailbox] in
      support_yield_to_others()
      mailbox.put(.sorted(sort.run()))
    }
  }

  /// Waits until the peer has replied to every batch, for as long as patience lasts.
  func finish() async {
    guard let task = last.withLock({ $0 }) else { return }
    let done = AsyncStream<Void> { continuation in
      Task {
        await task.value
        continuation.finish()
      }
      Task {
        try? await Task.sleep(for: Self.patience)
        continuation.finish()
      }
    }
    for await _ in done {}
  }
}
