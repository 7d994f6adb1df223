import Foundation
import PeerCore
import Testing

@testable import p2ptui

@Suite struct ConfigurationTextTests {
  /// What a file and a command line come to, without a peer to start.
  private func options(_ text: String = "", _ commandLine: [String] = []) throws -> Options {
    let file = try ConfigurationFile(text: text, path: "config")
    let words = file.completing(commandLine + ["--print-config"])
    var options = try Arguments.parse(words).options(environment: [:])
    options.keys = file.keys
    return options
  }

  /// The sample as a user makes it their own: every setting and every key taken out of its comment.
  private func uncommented(_ text: String) -> String {
    text.replacing(/(?m)^#( *[a-z-]+: )/) { "\($0.1)" }
  }

  @Test(arguments: [
    ["--bootstrap=none", "--bind=::", "--no-http", "--trust-deletes=none", "--home=~", "--headless"],
    [
      "--bootstrap=one:1", "--bootstrap=[::1]:2", "--share-http", "--http-bind=0.0.0.0", "--json",
      "--ascii",
    ],
    ["--home=/a dir: #1 'x' \"y\" – ü", "--log-file=-", "--log-level=debug", "--theme=high-contrast"],
    [
      "--auto-fetch=0", "--downloads=1", "--uploads=256", "--accept-push=no", "--no-mouse",
      "--on-hangup=serve",
    ],
    ["--limit-down=2M", "--limit-up=5001", "--quota=8388607T", "--max-file-size=1"],
    ["--limit-up=1.5G/s", "--sync-delay=0", "--gossip-interval=0.01", "--gossip-fanout=64"],
    ["--peer-timeout=1000000000", "--cleanup-interval=1.205"],
  ])
  func `what is printed reads as what it was printed from`(commandLine: [String]) throws {
    let meant = try options("", commandLine)
    #expect(meant != Options())
    #expect(try options(ConfigurationText.of(meant)) == meant)
  }

  @Test func `keys read as they were printed`() throws {
    let meant = try options(
      "keys: {fetch: [o, F5, '#', ':'], filter: '\"', command: [',', '-', '[', '?', \"'\"], help: '!', "
        + "delete: [C-x, M-ü], follow: [], raise: '~', lower: [], mark: Space}")
    #expect(meant.keys != KeyTable())
    #expect(try options(ConfigurationText.of(meant)) == meant)
  }

  @Test func `with no settings, every line is a comment`() throws {
    let text = ConfigurationText.of(Options())
    #expect(try options(text) == Options())
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasPrefix("  #") }
    #expect(lines == ["keys:"])
  }

  @Test func `every setting and every key is there to be taken out of its comment`() throws {
    let file = try ConfigurationFile(text: uncommented(ConfigurationText.of(Options())), path: "config")
    let flags = OptionHelp.settings.filter(\.isFlag).map(\.name)
    #expect(Set(file.arguments.map(\.option) + flags) == Set(OptionHelp.settings.map(\.name)))
    #expect(file.keys == KeyTable())
    let text = ConfigurationText.of(Options())
    for option in OptionHelp.settings { #expect(text.contains("#\(option.name): "), "\(option.name)") }
    for intent in Intent.allCases { #expect(text.contains("#  \(intent.name): ["), "\(intent.name)") }
  }

  @Test func `defaults are written as the help tells them`() {
    for option in OptionHelp.settings {
      guard let told = option.text.firstMatch(of: /\(default: ([^ <~.()]+)\)/)?.1 else { continue }
      #expect(ConfigurationText.values(of: option.name, in: Options()) == [String(told)], "\(option.name)")
    }
  }

  @Test func `lines fit a terminal`() throws {
    for line in ConfigurationText.of(Options()).split(separator: "\n") where line.hasPrefix("# ") {
      #expect(line.count <= 78, "\(line)")
    }
  }

  @Test func `a tilde at the start of a path is the user's directory`() throws {
    let home = NSHomeDirectory()
    #expect(try options("home: ~/p2p").home == home + "/p2p")
    #expect(try options("", ["--log-file=~/log"]).logFile == home + "/log")
    #expect(try options("home: ./~").home == "./~")
  }

  @Test func `the value none removes a limit`() throws {
    let text = "limit-up: 2M\nquota: 1G"
    let both = try options(text, ["--limit-up", "none", "--quota=none"])
    #expect(both.settings.limitUp == nil && both.settings.quota == nil)
  }
}
