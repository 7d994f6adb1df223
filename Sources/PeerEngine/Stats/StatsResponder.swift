import Hummingbird
import PeerCore

/// What a request has to know of its connection.
struct StatsContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Whether the server can be reached from this machine only. Then a request under another name comes
  /// from a foreign page whose name was made to point here (DNS rebinding).
  let isLoopbackOnly: Bool

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    isLoopbackOnly = source.channel.parent?.localAddress?.isLoopback ?? false
  }
}

/// From request to answer: who may ask, by which method, for what.
struct StatsResponder: HTTPResponder {
  private let client: any PeerClient
  private let hosts: Set<String>
  private let queries = QueryCache()

  /// - Parameter hostNames: accepted as `Host` beside the loopback names, where that is checked.
  init(client: any PeerClient, hostNames: [String]) {
    self.client = client
    hosts = Set(["localhost", "127.0.0.1", "::1"] + hostNames.map { $0.lowercased() })
  }

  func respond(to request: Request, context: StatsContext) async throws -> Response {
    let path = request.uri.path
    var answer: StatsAnswer
    do {
      try checkHost(request.head.authority, context)
      guard let resource = Resource(path: path) else {
        throw Problem(.notFound, "There is nothing at \(Visible.text(path, limit: 200)).")
      }
      guard request.method == .get || request.method == .head else {
        throw Problem(.methodNotAllowed, "This page can only be read: GET and HEAD.")
      }
      let parameters = try Parameters(query: request.uri.query ?? "")
      answer = try self.answer(resource, parameters, request)
    } catch let problem as Problem {
      answer = problem.answer(asJSON: path.hasPrefix("/api/"))
    }
    var headers = answer.headers
    headers.append(contentsOf: Self.securityHeaders)
    let response = Response(
      status: answer.status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func answer(
    _ resource: Resource, _ parameters: Parameters, _ request: Request
  ) throws -> StatsAnswer {
    if resource == .health { return .text("ok\n") }
    if resource == .stylesheet { return stylesheet(ifNoneMatch: request.headers[.ifNoneMatch]) }
    let snapshot = client.snapshot
    switch resource {
    case .page:
      let query = try ListQuery(parameters, states: true)
      return .html(Page(snapshot, query, slots: queries.slots(query.files, in: snapshot)).html)
    case .status: return .json(snapshot.statusJSON)
    case .peers: return .json(["peers": .array(snapshot.peers.map { snapshot.json($0) })])
    case .files: return .json(files(try ListQuery(parameters, states: false), snapshot))
    case .file(let id):
      guard let file = snapshot.files.first(where: { $0.record.entry.id == id }) else {
        throw Problem(.notFound, "No file has this id.")
      }
      return .json(snapshot.json(file.record))
    case .transfers:
      return .json(["transfers": .array(snapshot.transfers.map { snapshot.json($0) })])
    case .log: return .json(log(since: try parameters.number("since", in: 0...Int.max) ?? 0, snapshot))
    case .stylesheet, .health: preconditionFailure("answered without a snapshot")
    }
  }

  private func files(_ query: ListQuery, _ snapshot: Snapshot) -> JSONValue {
    let slots = queries.slots(query.files, in: snapshot)
    let page = slots.dropFirst(query.offset).prefix(query.limit).compactMap { snapshot.files[$0] }
    return [
      "files": .array(page.map { snapshot.json($0) }),
      "total": .integer(Int64(slots.count)),
      "offset": .integer(Int64(query.offset)),
      "limit": .integer(Int64(query.limit)),
    ]
  }

  /// `next` is what to give as `since` the next time.
  private func log(since: Int, _ snapshot: Snapshot) -> JSONValue {
    let entries = snapshot.log.drop { $0.seq <= UInt64(since) }
    return [
      "entries": .array(entries.map(\.json)), "next": .unsigned(snapshot.log.last?.seq ?? 0),
    ]
  }

  private func stylesheet(ifNoneMatch: String?) -> StatsAnswer {
    var answer = StatsAnswer(status: .ok, type: "text/css; charset=utf-8", body: Array(Stylesheet.text.utf8))
    answer.headers[.cacheControl] = "public, max-age=86400"
    answer.headers[.eTag] = Stylesheet.tag
    if ifNoneMatch == Stylesheet.tag {
      answer.status = .notModified
      answer.body = []
    }
    return answer
  }

  private func checkHost(_ authority: String?, _ context: StatsContext) throws(Problem) {
    guard context.isLoopbackOnly else { return }
    guard let authority, hosts.contains(Self.hostName(authority)) else {
      throw Problem(
        .misdirectedRequest, "This page is served to this machine only: ask for it as localhost.")
    }
  }

  /// Without port, brackets and a final dot.
  static func hostName(_ authority: String) -> String {
    var host = authority.lowercased()[...]
    if host.first == "[", let end = host.firstIndex(of: "]") {
      host = host[..<end].dropFirst()
    } else if let colon = host.lastIndex(of: ":") {
      host = host[..<colon]
    }
    return String(host.last == "." ? host.dropLast() : host)
  }

  /// No script at all, no style but our own, no frame around the page; answers are what they say they are.
  private static let securityHeaders: HTTPFields = [
    .contentSecurityPolicy:
      "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; "
      + "frame-ancestors 'none'",
    .xContentTypeOptions: "nosniff",
    .init("Referrer-Policy")!: "no-referrer",
    .init("X-Frame-Options")!: "DENY",
    .init("Cross-Origin-Resource-Policy")!: "same-origin",
  ]
}
