import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PeerCore
import ServiceLifecycle

/// The page and its API over HTTP, for others to look at. It reads snapshots and changes nothing.
public actor StatsServer {
  /// Bounds of the server, each with its reason.
  enum Limits {
    /// Open connections in all; further ones wait in the backlog until one closes.
    static let connections = 1024
    /// Open connections from one address; loopback is exempt, where one user's tools are at home.
    static let connectionsPerAddress = 64
    /// Bytes of a request's header: browsers send about 1 KiB.
    static let headerBytes = 16 * 1024
    static let headerFields = 100
    /// For a request's header to arrive, and for a connection to be kept without a request: the page comes
    /// back every 2 seconds.
    static let headerTime = TimeAmount.seconds(10)
    /// For answers under way when the server is stopped.
    static let stopTime = Duration.seconds(1)
  }

  private let application: any ApplicationProtocol
  /// The port, once it is listened on.
  private let started: (stream: AsyncStream<Int>, continuation: AsyncStream<Int>.Continuation)
  private let address: String
  private let port: Int
  private var running: (group: ServiceGroup, task: Task<Void, any Error>)?

  /// - Parameters:
  ///   - client: whose snapshots are served.
  ///   - address: where to listen: a host name or an IP address.
  ///   - port: 0...65535; 0 takes any free one.
  ///   - hostName: what this machine is called by visitors, beside the loopback names.
  public init(client: any PeerClient, address: String, port: Int, hostName: String) {
    let started = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
    self.started = started
    self.address = address
    self.port = port
    application = Self.application(
      client: client, address: address, port: port, hostNames: [hostName, address]
    ) { started.continuation.yield($0) }
  }

  /// Listens. Not to be called twice.
  ///
  /// - Returns: the port that is listened on.
  /// - Throws: `StatsServerError`.
  public func start() async throws -> Int {
    let group = ServiceGroup(
      configuration: {
        var configuration = ServiceGroupConfiguration(services: [application], logger: Self.silence)
        configuration.maximumGracefulShutdownDuration = Limits.stopTime
        return configuration
      }())
    let task = Task { [started] in
      // Whatever ends the server ends the wait for its port.
      defer { started.continuation.finish() }
      try await group.run()
    }
    running = (group, task)
    if let port = await started.stream.first(where: { _ in true }) { return port }
    running = nil
    do {
      try await task.value
      throw StatsServerError.stopped
    } catch {
      throw StatsServerError(error, address: address, port: self.port)
    }
  }

  /// Stops listening, lets answers under way end, and closes every connection. Returns when that is done.
  public func stop() async {
    guard let running else { return }
    self.running = nil
    await running.group.triggerGracefulShutdown()
    _ = await running.task.result
  }

  /// A server that logs nothing by itself: standard error may be somebody's screen.
  static func application(
    client: any PeerClient, address: String, port: Int, hostNames: [String],
    onStart: @escaping @Sendable (Int) -> Void = { _ in }
  ) -> some ApplicationProtocol {
    let connections = ConnectionCounter(limit: Limits.connectionsPerAddress)
    return Application(
      responder: StatsResponder(client: client, hostNames: hostNames),
      server: HTTPServerBuilder { responder in
        CountedChannel(
          connections: connections, http: HTTP1Channel(responder: responder, configuration: http))
      },
      configuration: ApplicationConfiguration(
        address: .hostname(address, port: port),
        availableConnectionsDelegate: .maximum(Limits.connections, logger: silence)),
      onServerRunning: { channel in onStart(channel.localAddress?.port ?? port) },
      logger: silence)
  }

  private static var http: HTTP1Channel.Configuration {
    HTTP1Channel.Configuration(
      idleTimeout: Limits.headerTime,
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: Limits.headerBytes, maxHeaderListSize: Limits.headerBytes,
        maxHeaderFieldCount: Limits.headerFields))
  }

  private static let silence = Logger(label: "stats") { _ in SwiftLogNoOpLogHandler() }
}
