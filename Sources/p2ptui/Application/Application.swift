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
    var page: StatsServer?
    do {
      page = try await startPage(of: engine, configuration, isSharing: options.shareHttp)
      try await Front(options: options, engine: engine).run(until: termination)
    } catch {
      await page?.stop()
      await engine.stop()
      throw error
    }
    await page?.stop()
    await engine.stop()
  }

  /// The end has begun.
  static func limitEnd() {
    DispatchQueue.global().asyncAfter(deadline: .now() + stopTimeout) { Foundation.exit(0) }
  }

  private static func startPage(
    of engine: PeerEngine, _ configuration: EngineConfiguration, isSharing: Bool
  ) async throws -> StatsServer? {
    guard let port = configuration.httpPort else { return nil }
    let server = StatsServer(
      client: engine, address: configuration.httpBind ?? configuration.host, port: port,
      hostName: configuration.host, metrics: engine.metrics, sharing: isSharing ? engine : nil)
    let bound = try await server.start()
    let place = Endpoint(host: pageHost(configuration), port: bound)
    await engine.setPage(url: "http://\(place)/", port: bound)
    await engine.log(.info, "the page is at http://\(place)/")
    return server
  }

  /// Where others find the page: the address that it alone was bound to, unless that means every address.
  private static func pageHost(_ configuration: EngineConfiguration) -> String {
    guard let address = configuration.httpBind, address != "0.0.0.0", address != "::" else {
      return configuration.host
    }
    return address
  }
}
