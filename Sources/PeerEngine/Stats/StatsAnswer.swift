import Hummingbird

/// What is sent back, still without the headers that every answer carries.
struct StatsAnswer {
  enum Body {
    /// With what `Gzip` made of the bytes, if that was done ahead of time.
    case bytes([UInt8], compressed: [UInt8]? = nil)
    case events(EventStream)
    case download(FileDownload)
  }

  var status: HTTPResponse.Status
  var headers: HTTPFields
  var body: Body

  init(status: HTTPResponse.Status, headers: HTTPFields, body: Body) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A text that may be different with each request. Whoever has it may ask whether it is still the same.
  ///
  /// - Parameter type: the media type.
  init(status: HTTPResponse.Status, type: String, bytes: [UInt8]) {
    self.status = status
    body = .bytes(bytes)
    headers = [.contentType: type, .cacheControl: "no-cache", .vary: "Accept-Encoding"]
    if status == .ok { headers[.eTag] = EntityTag.weak(of: bytes) }
  }

  static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> StatsAnswer {
    var bytes: [UInt8] = []
    value.write(to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
    return StatsAnswer(status: status, type: "application/json", bytes: bytes)
  }

  static func html(_ text: String, status: HTTPResponse.Status = .ok) -> StatsAnswer {
    StatsAnswer(status: status, type: "text/html; charset=utf-8", bytes: Array(text.utf8))
  }

  static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> StatsAnswer {
    StatsAnswer(status: .ok, type: type, bytes: Array(text.utf8))
  }

  static func events(_ stream: EventStream) -> StatsAnswer {
    let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
    return StatsAnswer(status: .ok, headers: headers, body: .events(stream))
  }

  /// Compresses a text ahead of time, if it will be sent more than once.
  mutating func compress() {
    guard case .bytes(let bytes, _) = body, bytes.count >= Gzip.least else { return }
    body = .bytes(bytes, compressed: Gzip.compressed(bytes))
  }

  /// Sends nothing again to a client that has it, and compresses what is worth it, if the client understands that.
  mutating func adapt(to request: Request) {
    guard case .bytes(let bytes, let known) = body, status == .ok, let tag = headers[.eTag] else { return }
    if EntityTag.matches(tag, request.headers[.ifNoneMatch]) {
      status = .notModified
      headers[.contentType] = nil
      body = .bytes([])
    } else if bytes.count >= Gzip.least, Gzip.isAccepted(by: request.headers[.acceptEncoding]),
      let compressed = known ?? Gzip.compressed(bytes)
    {
      headers[.contentEncoding] = "gzip"
      body = .bytes(compressed)
    }
  }

  /// - Throws: `Problem` 503 if readers have left too much untaken.
  func response(to request: Request, _ unsent: UnsentBytes) throws(Problem) -> Response {
    let body: ResponseBody
    switch self.body {
    case .bytes(let bytes, _): body = try Self.body(bytes, unsent)
    case .events(let stream): body = stream.body(for: request, unsent)
    case .download(let download): body = download.body
    }
    let response = Response(status: status, headers: headers, body: body)
    return request.method == .head ? response.createHeadResponse() : response
  }

  private static func body(_ bytes: [UInt8], _ unsent: UnsentBytes) throws(Problem) -> ResponseBody {
    guard let share = unsent.share(bytes.count) else {
      throw .tooMuchUntaken
    }
    let buffer = ByteBuffer(bytes: bytes)
    return ResponseBody(contentLength: bytes.count) { writer in
      try await writer.write(buffer)
      try await writer.finish(nil)
      withExtendedLifetime(share) {}
    }
  }
}
