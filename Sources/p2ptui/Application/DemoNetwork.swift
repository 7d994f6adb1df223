import Foundation
import PeerCore
import PeerEngine

/// A small network to try the program with: three neighbours in this process, on loopback, with free ports
/// and homes in a temporary folder. They are whole peers; only their uploads are slow, so that there is
/// something to see.
struct DemoNetwork: Sendable {
  /// Bytes a second that each neighbour sends.
  private static let neighbourRate: UInt64 = 1_500_000

  private let folder: URL
  private let neighbours: [PeerEngine]

  /// - Throws: `StartError`, or what the system says about the temporary folder.
  static func start() async throws -> DemoNetwork {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("p2ptui-demo-\(ProcessInfo.processInfo.processIdentifier)")
    var neighbours: [PeerEngine] = []
    do {
      for (name, samples) in DemoFiles.byPeer {
        let home = folder.appendingPathComponent(name)
        try DemoFiles.write(samples, into: home.appendingPathComponent("files"))
        var configuration = EngineConfiguration(
          peerID: name, host: "127.0.0.1", p2pPort: 0, home: home.path)
        configuration.settings.limitUp = neighbourRate
        configuration.settings.bootstrap = neighbours.map(\.snapshot.me.endpoint)
        configuration.settings.gossipInterval = 10_000
        configuration.settings.syncDelay = 1_000
        configuration.settings.autoFetch = 2
        neighbours.append(try await PeerEngine.start(configuration))
      }
    } catch {
      await DemoNetwork(folder: folder, neighbours: neighbours).stop()
      throw error
    }
    return DemoNetwork(folder: folder, neighbours: neighbours)
  }

  /// The peer that joins them: what the user chose, in this network.
  func configuration(for options: Options) -> EngineConfiguration {
    var configuration = options.engineConfiguration()
    configuration.peerID = options.peerID.isEmpty ? "newcomer" : options.peerID
    configuration.host = "127.0.0.1"
    configuration.home = options.home ?? folder.appendingPathComponent("newcomer").path
    configuration.settings.bootstrap = neighbours.map(\.snapshot.me.endpoint)
    configuration.settings.gossipInterval = 10_000
    configuration.settings.syncDelay = 6_000
    return configuration
  }

  /// Nothing of it is left behind.
  func stop() async {
    for neighbour in neighbours { await neighbour.stop() }
    try? FileManager.default.removeItem(at: folder)
  }
}
