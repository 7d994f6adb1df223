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
    /// Open connections in all, fewer where there are few descriptors; further ones wait in the backlog until one
    /// closes.
    static var connections: Int { min(1024, max(8, Descriptors.spare / 4)) }
    /// Open connections from one address; loopback is exempt, where one user's tools are at home.
    static let connectionsPerAddress = 64
    /// Bytes of a request's header: browsers send about 1 KiB.
    static let headerBytes = 16 * 1024
    static let headerFields = 100
    /// For a request's header to arrive, and for a connection to be kept without a request: the page comes
    /// back every 2 seconds.
    static let headerTime = TimeAmount.seconds(10)
    /// For a reader of an answer to take some of it.
    static let writeTime = TimeAmount.seconds(30)
    /// For answers under way when the server is stopped.
    static let stopTime = Duration.seconds(1)
  }

  private let services: [ServiceGroupConfiguration.ServiceConfiguration]
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
  ///   - metrics: what `/metrics` tells beside the snapshot.
  ///   - sharing: gives local files to visitors; `nil` gives none.
  public init(
    client: any PeerClient, address: String, port: Int, hostName: String,
    metrics: PeerMetrics = PeerMetrics(), sharing: (any FileSharing)? = nil
  ) {
    let started = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
    self.started = started
    self.address = address
    self.port = port
    let source = StatsSource(
      client: client, metrics: metrics, sharing: sharing, perAddress: Limits.connectionsPerAddress)
    let application = Self.application(
      source, address: address, port: port, hostNames: [hostName, address]
    ) { started.continuation.yield($0) }
    // The feed ends with the peer; what is known then can still be read.
    services = [
      .init(service: source.feed, successTerminationBehavior: .ignore), .init(service: application),
    ]
  }

  /// Listens. Not to be called twice.
  ///
  /// - Returns: the port that is listened on.
  /// - Throws: `StatsServerError`.
  public func start() async throws -> Int {
    let group = ServiceGroup(
      configuration: {
        var configuration = ServiceGroupConfiguration(services: services, logger: Self.silence)
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
    _ source: StatsSource, address: String, port: Int, hostNames: [String],
    onStart: @escaping @Sendable (Int) -> Void = { _ in }
  ) -> StatsApplication {
    StatsApplication(
      responder: StatsResponder(source: source, hostNames: hostNames),
      server: HTTPServerBuilder { responder in
        CountedChannel(
          connections: source.connections, http: HTTP1Channel(responder: responder, configuration: http))
      },
      configuration: ApplicationConfiguration(
        address: .hostname(address, port: port),
        availableConnectionsDelegate: .maximum(Limits.connections, logger: silence)),
      logger: silence, started: { channel in onStart(channel.localAddress?.port ?? port) })
  }

  private static var http: HTTP1Channel.Configuration {
    HTTP1Channel.Configuration(
      additionalChannelHandlers: [StalledWriteHandler(patience: Limits.writeTime)],
      idleTimeout: Limits.headerTime,
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: Limits.headerBytes, maxHeaderListSize: Limits.headerBytes,
        maxHeaderFieldCount: Limits.headerFields))
  }

  private static let silence = Logger(label: "stats") { _ in SwiftLogNoOpLogHandler() }
}
