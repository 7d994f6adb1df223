import Hummingbird
import PeerCore

/// What has to be known of a request's connection.
struct StatsContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Who can reach the address that it came to.
  let reach: HostNames.Reach

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    reach = HostNames.Reach(
      listening: source.channel.parent?.localAddress?.ipAddress,
      visited: source.channel.localAddress?.ipAddress)
  }
}

/// Goes from a request to its answer: who may ask, by which method, for what.
struct StatsResponder: HTTPResponder {
  let source: StatsSource
  private let hosts: HostNames
  private let renderer: Renderer

  /// - Parameter hostNames: what requests may name as `Host` where that is checked, beside the names of every machine.
  init(source: StatsSource, hostNames: [String]) {
    self.source = source
    renderer = Renderer(source: source)
    hosts = HostNames(hostNames)
  }

  func respond(to request: Request, context: StatsContext) async throws -> Response {
    do {
      return try respond(with: try await answer(request, context), to: request)
    } catch let problem as Problem {
      return try respond(with: problem.answer(asJSON: request.uri.path.hasPrefix("/api/")), to: request)
    }
  }

  private func respond(with answer: StatsAnswer, to request: Request) throws(Problem) -> Response {
    var answer = answer
    answer.headers.append(contentsOf: Self.securityHeaders)
    let response = try answer.response(to: request, source.unsent)
    source.metrics.countResponse(status: answer.status.code)
    return response
  }

  private func answer(_ request: Request, _ context: StatsContext) async throws -> StatsAnswer {
    try checkHost(request.head.authority, context)
    let path = request.uri.path
    guard let resource = Resource(path: path) else {
      throw Problem(.notFound, "There is nothing at \(Visible.text(path, limit: 200)).")
    }
    guard request.method == .get || request.method == .head else {
      throw Problem(.methodNotAllowed, "This page can only be read: GET and HEAD.")
    }
    if resource.isLong, source.unsent.isFull { throw Problem.tooMuchUntaken }
    let parameters = try Parameters(query: request.uri.query ?? "")
    var answer = try await self.answer(resource, parameters, request)
    answer.adapt(to: request)
    return answer
  }

  private func answer(
    _ resource: Resource, _ parameters: Parameters, _ request: Request
  ) async throws -> StatsAnswer {
    switch resource {
    case .health: return .text("ok\n")
    case .asset(let asset): return asset.answer(version: parameters["v"])
    case .page: return await renderer.page(try ListQuery(parameters, states: true))
    case .files: return await renderer.files(try ListQuery(parameters, states: false))
    case .events:
      let lastEventID = request.headers[.init("Last-Event-ID")!]
      return .events(try EventStream(source.feed, lastEventID: lastEventID))
    default: return try await answer(resource, parameters, request, source.client.snapshot)
    }
  }

  private func answer(
    _ resource: Resource, _ parameters: Parameters, _ request: Request, _ snapshot: Snapshot
  ) async throws -> StatsAnswer {
    switch resource {
    case .status: return .json(snapshot.statusJSON)
    case .peers: return .json(["peers": .array(snapshot.peers.map { snapshot.json($0) })])
    case .file(let id): return .json(snapshot.json(try find(id, snapshot)))
    case .transfers: return .json(["transfers": .array(snapshot.transfers.map { snapshot.json($0) })])
    case .log: return .json(log(since: try parameters.number("since", in: 0...Int.max) ?? 0, snapshot))
    case .metrics:
      let text = await source.metrics.text(
        snapshot, connections: source.connections.count, listeners: source.feed.listenerCount)
      return .text(text, type: MetricsRegistry.contentType)
    case .download(let id):
      guard let sharing = source.sharing else {
        throw Problem(.notFound, "This peer gives its files to other peers only (no --share-http).")
      }
      return try await FileDownload.answer(try find(id, snapshot), sharing, request)
    case .page, .files, .events, .asset, .health: preconditionFailure("answered without a snapshot")
    }
  }

  private func find(_ id: FileID, _ snapshot: Snapshot) throws(Problem) -> FileRecord {
    guard let record = snapshot.files.record(of: id) else {
      throw Problem(.notFound, "No file has this id.")
    }
    return record
  }

  /// `next` is what to give as `since` the next time.
  private func log(since: Int, _ snapshot: Snapshot) -> JSONValue {
    let entries = snapshot.log.drop { $0.seq <= UInt64(since) }
    return [
      "entries": .array(entries.map(\.json)), "next": .unsigned(snapshot.log.last?.seq ?? 0),
    ]
  }

  private func checkHost(_ authority: String?, _ context: StatsContext) throws(Problem) {
    guard !hosts.admit(authority, context.reach) else { return }
    throw Problem(
      .misdirectedRequest,
      context.reach == .machine
        ? "This page is served to this machine only: ask for it as localhost."
        : "This page is served to this network only: ask for it by this machine's name or address.")
  }

  /// No scripts and styles but those of our own files, no frame around the page, and no guessing at media types.
  private static let securityHeaders: HTTPFields = [
    .contentSecurityPolicy:
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
      + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    .xContentTypeOptions: "nosniff",
    .init("Referrer-Policy")!: "no-referrer",
    .init("X-Frame-Options")!: "DENY",
    .init("Cross-Origin-Resource-Policy")!: "same-origin",
  ]
}
