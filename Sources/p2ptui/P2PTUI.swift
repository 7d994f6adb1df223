import ArgumentParser
import CSupport
import Foundation
import PeerEngine

/// The program: reads the command line and leaves the rest to `Application`.
@main struct P2PTUI: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "p2ptui",
    abstract: "A peer of a gossip file-sharing network, on a full screen.",
    usage: """
      p2ptui <peer_id> <host> <p2p_port> <http_port> [options]
      p2ptui --demo [options]
      p2ptui --print-config [options]
      """,
    discussion: """
      SIZE and RATE are bytes, with K, M, G or T in powers of 1024. Times are in seconds and may have a \
      fraction. Inside, type help, or press ? on the screen.
      """,
    version: EngineConfiguration.version)

  @OptionGroup var arguments: Arguments

  static func main() async {
    // Many threads touch the buffers of many transfers.
    support_share_memory()
    do {
      let environment = ProcessInfo.processInfo.environment
      let file = try ConfigurationFile(path: try parse(nil).arguments.shell.config, environment: environment)
      let command = try parse(file.completing(Array(CommandLine.arguments.dropFirst())))
      var options = try command.options()
      options.keys = file.keys
      if command.arguments.printConfig {
        print(ConfigurationText.of(options), terminator: "")
      } else {
        try await Application.run(options)
      }
    } catch {
      exit(explaining: error)
    }
  }

  func validate() throws { _ = try options() }

  private func options() throws -> Options {
    // What is printed is for other days and terminals too.
    try arguments.options(environment: arguments.printConfig ? [:] : ProcessInfo.processInfo.environment)
  }
}
