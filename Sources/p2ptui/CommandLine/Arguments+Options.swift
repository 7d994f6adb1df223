import ArgumentParser
import Foundation

extension Arguments {
  /// Checks what concerns several arguments, and fills in the defaults.
  ///
  /// - Parameter environment: `NO_COLOR`, if set to anything, chooses the theme without colours; `HOME` is what
  ///   `~` stands for.
  /// - Throws: `ValidationError`, one sentence.
  func options(environment: [String: String]) throws -> Options {
    var options = Options()
    options.demo = demo
    try applyPositional(to: &options)
    try applyNetwork(to: &options)
    applyFiles(to: &options, environment: environment)
    applyTiming(to: &options)
    applyShell(to: &options, environment: environment)
    return options
  }

  private func applyPositional(to options: inout Options) throws {
    if demo {
      guard peerID == nil else {
        throw ValidationError("--demo chooses its own peer id, host and ports: leave the arguments out")
      }
      return
    }
    if printConfig, peerID == nil { return }
    guard let peerID, let host, let p2pPort, let httpPort else {
      throw ValidationError("\(firstMissing) is missing. Try p2ptui --demo for a look around")
    }
    guard !peerID.isEmpty else { throw ValidationError("<peer_id> must not be empty") }
    guard peerID.utf8.count <= 256 else { throw ValidationError("<peer_id> is longer than 256 bytes") }
    guard !host.isEmpty, !host.contains(where: \.isWhitespace) else {
      throw ValidationError("<host> must be a host name or an IP address")
    }
    (options.peerID, options.host, options.p2pPort, options.httpPort) = (peerID, host, p2pPort, httpPort)
    if p2pPort == httpPort, p2pPort != 0, !network.noHttp, network.bind == network.httpBind {
      throw ValidationError("<p2p_port> and <http_port> must differ; both are \(p2pPort)")
    }
  }

  private var firstMissing: String {
    if peerID == nil { return "<peer_id>" }
    if host == nil { return "<host>" }
    return p2pPort == nil ? "<p2p_port>" : "<http_port>"
  }

  private func applyNetwork(to options: inout Options) throws {
    if network.noHttp { options.httpPort = nil }
    options.bind = network.bind
    options.httpBind = network.httpBind
    options.shareHttp = network.shareHttp
    if network.shareHttp, network.noHttp {
      throw ValidationError("--share-http and --no-http exclude each other")
    }
    if !network.bootstrap.isEmpty {
      options.settings.bootstrap = network.bootstrap.compactMap {
        if case .peer(let endpoint) = $0 { endpoint } else { nil }
      }
      if network.bootstrap.contains(.nobody), !options.settings.bootstrap.isEmpty {
        throw ValidationError("--bootstrap none and --bootstrap HOST:PORT exclude each other")
      }
    }
    if let trust = network.trustDeletes { options.settings.trustDeletes = trust }
  }

  private func applyFiles(to options: inout Options, environment: [String: String]) {
    options.home = files.home.map { UserHome.expand($0, environment) }
    options.settings.limitDown = files.limitDown?.bytes
    options.settings.limitUp = files.limitUp?.bytes
    options.settings.quota = files.quota?.bytes
    if let autoFetch = files.autoFetch { options.settings.autoFetch = autoFetch }
    if let downloads = files.downloads { options.settings.downloads = downloads }
    if let uploads = files.uploads { options.settings.uploads = uploads }
    if let maxFileSize = files.maxFileSize { options.settings.maxFileSize = maxFileSize }
    if let acceptPush = files.acceptPush { options.settings.acceptPush = acceptPush == .yes }
  }

  private func applyTiming(to options: inout Options) {
    if let delay = timing.syncDelay { options.settings.syncDelay = delay }
    if let interval = timing.gossipInterval { options.settings.gossipInterval = interval }
    if let fanout = timing.gossipFanout { options.settings.gossipFanout = fanout }
    if let timeout = timing.peerTimeout { options.settings.peerTimeout = timeout }
    if let interval = timing.cleanupInterval { options.settings.cleanupInterval = interval }
  }

  private func applyShell(to options: inout Options, environment: [String: String]) {
    options.headless = shell.headless || shell.json
    options.json = shell.json
    options.logFile = shell.logFile.map { UserHome.expand($0, environment) }
    options.ascii = shell.ascii
    options.mouse = !shell.noMouse
    if let onHangup = shell.onHangup { options.onHangup = onHangup }
    if let level = shell.logLevel { options.logLevel = level }
    let colourless = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    options.theme = shell.theme ?? (colourless ? .mono : nil)
  }
}
