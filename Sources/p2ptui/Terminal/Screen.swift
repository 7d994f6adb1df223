import Foundation
import PeerCore
import Synchronization

/// How the screen looks and what it keeps.
struct ScreenOptions: Sendable {
  /// `nil` takes a guess.
  var theme: ThemeName?
  var ascii = false
  var mouse = true
  /// What a terminal that goes away means.
  var onHangup = Leave.quit
  /// After how many milliseconds of silence a peer is dropped.
  var peerTimeout: Int64 = 60_000
  /// The directory in which histories are kept; `nil` keeps none.
  var historyDirectory: String?
  var keys = KeyTable()

  var effectiveTheme: ThemeName {
    theme ?? ThemeName.guess(colorFGBG: ProcessInfo.processInfo.environment["COLORFGBG"])
  }
}

/// The full-screen front of a peer.
///
/// One thread owns model and terminal: it waits for keys, signals and the mailbox, updates the model, and
/// draws at most 20 frames a second. Whatever takes time (commands, completion, ordering files) runs as a
/// task and answers into the mailbox, so that a key never waits for it.
final class Screen: Sendable {
  private let client: any PeerClient
  private let commands: any CommandRunner
  private let options: ScreenOptions

  init(client: any PeerClient, commands: any CommandRunner, options: ScreenOptions = ScreenOptions()) {
    self.client = client
    self.commands = commands
    self.options = options
  }

  /// Why there can be no screen on this terminal, as the end of a sentence; `nil` if there can be one.
  static func obstacle() -> String? { Terminal.obstacle() }

  /// Shows the screen until the user leaves it, the terminal goes away, the peer stops, or the task is cancelled
  /// (both of which count as `quit`). The terminal is as before when this returns.
  ///
  /// - Throws: `ScreenError` if the terminal can't be set up; nothing has changed then.
  func run() async throws -> Leave {
    guard let wakeup = Wakeup() else { throw ScreenError(description: "too many open files") }
    let mailbox = Mailbox(wakeup: wakeup)
    let work = BackgroundWork(client: client, commands: commands, mailbox: mailbox)
    let watcher = Task { [client] in
      for await snapshot in client.snapshots() { mailbox.put(snapshot) }
      mailbox.close()
    }
    defer { watcher.cancel() }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Result<Leave, any Error>, Never>) in
        let thread = Thread { [client, options] in
          let result = Result<Leave, any Error> {
            var loop = try ScreenLoop(
              first: client.snapshot, options: options, mailbox: mailbox, work: work)
            return loop.run()
          }
          continuation.resume(returning: result)
        }
        thread.name = "screen"
        thread.stackSize = 4 << 20
        thread.start()
      }
    } onCancel: {
      mailbox.close()
    }
    await work.finish()
    return try result.get()
  }
}

/// What other threads have for the screen's: the newest snapshot, and answers. Bounded by what was asked.
final class Mailbox: Sendable {
  struct Contents: Sendable {
    var snapshot: Snapshot?
    var answers: [Action] = []
    var isClosed = false
  }

  let wakeup: Wakeup
  private let contents = Mutex(Contents())

  init(wakeup: Wakeup) { self.wakeup = wakeup }

  func put(_ snapshot: Snapshot) {
    contents.withLock { $0.snapshot = snapshot }
    wakeup.signal()
  }

  func put(_ answer: Action) {
    contents.withLock { $0.answers.append(answer) }
    wakeup.signal()
  }

  /// The screen has to end.
  func close() {
    contents.withLock { $0.isClosed = true }
    wakeup.signal()
  }

  func take() -> Contents {
    contents.withLock { contents in
      defer { contents = Contents(isClosed: contents.isClosed) }
      return contents
    }
  }
}
