import PeerCore
import Testing

@testable import p2ptui

private func options(_ arguments: String..., environment: [String: String] = [:]) throws -> Options {
  try Arguments.parse(arguments).options(environment: environment)
}

/// What is told of a wrong command line.
private func mistake(_ arguments: String...) -> String {
  do {
    _ = try Arguments.parse(arguments).options(environment: [:])
    return ""
  } catch {
    return Arguments.message(for: error)
  }
}

@Suite struct ArgumentsTests {
  @Test func `the original four arguments start a peer with the network's defaults`() throws {
    let configuration = try options("alice", "localhost", "8040", "8041").engineConfiguration()
    #expect(configuration.peerID == "alice" && configuration.host == "localhost")
    #expect(configuration.p2pPort == 8040 && configuration.httpPort == 8041)
    #expect(configuration.home == "." && configuration.logLevel == .info)
    let settings = configuration.settings
    #expect(settings.bootstrap == Settings.wellKnownPeers)
    #expect(settings.gossipInterval == 30_000 && settings.peerTimeout == 60_000)
    #expect(settings.maxFileSize == 16 << 30 && settings.quota == nil && settings.acceptPush)
    #expect(settings.trustDeletes == .ownerAddress)
  }

  @Test func `a tilde that no shell has read is the user's directory, HOME before what the system says`()
    throws
  {
    let home = ["HOME": "/home/ann"]
    let asked = try options("a", "h", "1", "2", "--home=~/peer", "--log-file=~", environment: home)
    #expect(asked.home == "/home/ann/peer" && asked.logFile == "/home/ann")
    #expect(try options("a", "h", "1", "2", "--home=~root/x", environment: home).home == "/root/x")
    #expect(UserHome.path([:]).hasPrefix("/") && UserHome.path(["HOME": "here"]).hasPrefix("/"))
  }

  @Test func `every option is taken`() throws {
    let all = try options(
      "a", "h", "0", "0", "--bootstrap", "b:1", "--bootstrap", "[::1]:2", "--home", "/h", "--bind", "::",
      "--http-bind", "127.0.0.1", "--headless", "--json", "--auto-fetch", "0", "--sync-delay", "0.5",
      "--gossip-interval", "1.25", "--gossip-fanout", "5", "--peer-timeout", "2", "--cleanup-interval", ".5",
      "--downloads", "1", "--uploads", "2", "--limit-down", "2M", "--limit-up", "500K/s",
      "--max-file-size", "512M", "--quota", "1.5g", "--accept-push", "no", "--trust-deletes", "none",
      "--log-level", "debug", "--log-file", "/l", "--theme", "light", "--ascii", "--no-mouse")
    #expect(all.settings.bootstrap == [Endpoint(host: "b", port: 1), Endpoint(host: "::1", port: 2)])
    #expect(all.bind == "::" && all.httpBind == "127.0.0.1" && all.home == "/h")
    #expect(all.headless && all.json && all.ascii && !all.mouse)
    #expect(all.settings.autoFetch == 0 && all.settings.syncDelay == 500)
    #expect(all.settings.gossipInterval == 1250 && all.settings.gossipFanout == 5)
    #expect(all.settings.peerTimeout == 2000 && all.settings.cleanupInterval == 500)
    #expect(all.settings.downloads == 1 && all.settings.uploads == 2)
    #expect(all.settings.limitDown == 2_097_152 && all.settings.limitUp == 512_000)
    #expect(all.settings.maxFileSize == 512 << 20 && all.settings.quota == 3 << 29)
    #expect(!all.settings.acceptPush && all.settings.trustDeletes == .none)
    #expect(all.logLevel == .debug && all.logFile == "/l" && all.theme == .light)
  }

  @Test func `the page and the bootstrap can be switched off`() throws {
    let quiet = try options("a", "h", "0", "0", "--no-http", "--bootstrap", "none")
    #expect(quiet.httpPort == nil && quiet.settings.bootstrap.isEmpty)
  }

  @Test func `files are shared over HTTP only if that is asked for`() throws {
    #expect(try !options("a", "h", "0", "0").shareHttp)
    #expect(try options("a", "h", "0", "0", "--share-http").shareHttp)
    let both = mistake("a", "h", "0", "0", "--share-http", "--no-http")
    #expect(both == "--share-http and --no-http exclude each other")
  }

  @Test func `the demo needs no arguments`() throws {
    #expect(try options("--demo").demo)
    #expect(mistake("--demo", "a").hasPrefix("--demo chooses its own"))
  }

  @Test func `NO_COLOR chooses the theme without colours`() throws {
    #expect(try options("--demo", environment: ["NO_COLOR": "1"]).theme == .mono)
    #expect(try options("--demo", environment: ["NO_COLOR": ""]).theme == nil)
    #expect(try options("--demo", "--theme", "dark", environment: ["NO_COLOR": "1"]).theme == .dark)
  }

  @Test func `--json is headless`() throws {
    #expect(try options("--demo", "--json").headless)
  }

  @Test func `mistakes are explained`() {
    #expect(mistake() == "<peer_id> is missing. Try p2ptui --demo for a look around")
    #expect(mistake("a", "h", "1").hasPrefix("<http_port> is missing"))
    #expect(mistake("", "h", "1", "2") == "<peer_id> must not be empty")
    #expect(mistake("a", "", "1", "2") == "<host> must be a host name or an IP address")
    #expect(mistake("a", "h", "1", "1") == "<p2p_port> and <http_port> must differ; both are 1")
    #expect(mistake("a", "h", "65536", "2").hasSuffix("a whole number, 0 to 65535"))
    #expect(mistake("a", "h", "1", "2", "--bootstrap", "nowhere").contains("HOST:PORT"))
    #expect(mistake("a", "h", "1", "2", "--bootstrap", "none", "--bootstrap", "b:1").contains("exclude"))
    #expect(mistake("a", "h", "1", "2", "--quota", "much").contains("such as 512M"))
    #expect(mistake("a", "h", "1", "2", "--quota", "99999999T").hasSuffix("8388607T"))
    #expect(mistake("a", "h", "1", "2", "--limit-up", "0").hasSuffix("8388607T"))
    #expect(mistake("a", "h", "1", "2", "--sync-delay", "inf").hasSuffix("such as 30 or 0.5"))
    #expect(mistake("a", "h", "1", "2", "--gossip-interval", "0").hasSuffix("at least 0.01 seconds"))
    #expect(mistake("a", "h", "1", "2", "--accept-push", "maybe").hasSuffix("one of yes, no"))
    #expect(mistake("a", "h", "1", "2", "--colour", "x").contains("--colour"))
  }
}
