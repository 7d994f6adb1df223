import Foundation
import PeerCore
import PeerEngine

/// One run of the program: the peer, its page, what is in front of it, and their orderly end.
enum Application {
  /// Seconds that an orderly end may take; after that the program ends anyway, as after a crash, which the
  /// home survives.
  private static let stopTimeout = 2.5

  /// Returns when the peer has stopped.
  ///
  /// - Throws: `StartError`; nothing is left running then.
  static func run(_ options: Options) async throws {
    signal(SIGPIPE, SIG_IGN)
    let termination = Termination()
    let demo = options.demo ? try await DemoNetwork.start() : nil
    do {
      try await serve(options, demo, termination)
    } catch {
      await demo?.stop()
      throw error
    }
    await demo?.stop()
  }

  private static func serve(
    _ options: Options, _ demo: DemoNetwork?, _ termination: Termination
  ) async throws {
    let configuration = demo?.configuration(for: options) ?? options.engineConfiguration()
    let engine = try await PeerEngine.start(configuration)
    do {
      let front = Front(options: options, engine: engine, configuration: configuration)
      try await front.run(until: termination)
    } catch {
      await engine.stop()
      throw error
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + stopTimeout) { Foundation.exit(0) }
    await engine.stop()
  }
}

/// What is in front of a peer: the screen, or headless commands.
struct Front: Sendable {
  let options: Options
  let engine: PeerEngine
  let configuration: EngineConfiguration

  /// Returns when the user quits, or the system asks the program to end.
  func run(until termination: Termination) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        await termination.wait()
        return true
      }
      group.addTask { try await runFront() == .quit }
      // `exit` and the end of the screen leave the peer serving until it is told to end.
      while let isOver = try await group.next(), !isOver {}
      group.cancelAll()
    }
  }

  private func runFront() async throws -> Leave? {
    let commands = Commands(
      client: engine, workingDirectory: FileManager.default.currentDirectoryPath,
      homeDirectory: NSHomeDirectory())
    return try await runHeadless(client: engine, commands: commands, json: options.json)
  }
}
