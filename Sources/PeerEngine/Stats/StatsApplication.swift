import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PeerCore
import ServiceLifecycle

/// The page's server. It runs without the library's clock for `Date` headers, which ticks every second whether anybody
/// asks or not, and would be most of what an idle peer costs.
struct StatsApplication: ApplicationProtocol {
  let responder: StatsResponder
  let server: HTTPServerBuilder
  let configuration: ApplicationConfiguration
  let logger: Logger
  let started: @Sendable (any Channel) -> Void

  func onServerRunning(_ channel: any Channel) async { started(channel) }

  func run() async throws {
    let service = try server.buildServer(
      configuration: ServerConfiguration(
        address: configuration.address,
        availableConnectionsDelegate: configuration.availableConnectionsDelegate),
      eventLoopGroup: eventLoopGroup, logger: logger,
      responder: { request, writer, channel in
        let context = StatsContext(source: .init(channel: channel, logger: logger))
        var response: Response
        do {
          response = try await responder.respond(to: request, context: context)
        } catch {
          response = Response(status: .internalServerError)
        }
        response.headers[.date] = UTCTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)).http
        try await writer.write(response: response.head, body: response.body.paced(on: channel.eventLoop))
      }, onServerRunning: { await onServerRunning($0) })
    try await ServiceGroup(configuration: .init(services: [service], logger: logger)).run()
  }
}
