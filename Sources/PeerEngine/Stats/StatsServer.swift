import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PeerCore
import ServiceLifecycle

/// Serves the page and its API over HTTP. It reads snapshots, and changes nothing.
public actor StatsServer {
  /// Bounds of the server, each with its reason.
  enum Limits {
    /// Open connections in all: fewer where there are few descriptors. Further ones wait in the backlog until one
    /// closes.
    static var connections: Int { min(1024, max(8, Descriptors.spare / 4)) }
    /// Open connections from one address. Loopback is exempt: all of one user's tools are there.
    static let connectionsPerAddress = 64
    /// Bytes of a request's header: browsers send about 1 KiB.
    static let headerBytes = 16 * 1024
    static let headerFields = 100
    /// How long a request's header may take to arrive, and a connection may stay without a request: the page comes back
    /// every 2 seconds.
    static let headerTime = TimeAmount.seconds(10)
    /// How long a reader may take nothing of an answer.
    static let writeTime = TimeAmount.seconds(30)
    /// How long answers that are under way may take when the server is stopped.
    static let stopTime = Duration.seconds(1)
  }

  private let services: [ServiceGroupConfiguration.ServiceConfiguration]
  /// Told the port, once it is listened on.
  private let started: (stream: AsyncStream<Int>, continuation: AsyncStream<Int>.Continuation)
  private let address: String
  private let port: Int
  private var running: (group: ServiceGroup, task: Task<Void, any Error>)?

  /// - Parameters:
  ///   - client: the peer whose snapshots are served.
  ///   - address: the host name or IP address to listen on.
  ///   - port: 0...65535; 0 takes any free port.
  ///   - hostName: what visitors call this machine, beside the loopback names.
  ///   - metrics: what `/metrics` tells beside the snapshot.
  ///   - sharing: opens local files for visitors; `nil` gives them none.
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
    // The feed ends with the peer. What was known then can still be read.
    services = [
      .init(service: source.feed, successTerminationBehavior: .ignore), .init(service: application),
    ]
  }

  /// Begins to listen. May be called once.
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

  /// Stops listening, gives answers that are under way a second to end, and closes every connection. Returns when that
  /// is done.
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
