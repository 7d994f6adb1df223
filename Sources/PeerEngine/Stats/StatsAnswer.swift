import Hummingbird

/// What is sent back, before the headers that every answer carries.
struct StatsAnswer {
  var status: HTTPResponse.Status
  var headers: HTTPFields
  var body: [UInt8]

  /// - Parameter type: the media type.
  init(status: HTTPResponse.Status, type: String, body: [UInt8]) {
    self.status = status
    self.body = body
    headers = [.contentType: type, .cacheControl: "no-store"]
  }

  static func json(_ value: JSONValue) -> StatsAnswer {
    var body: [UInt8] = []
    value.write(to: &body)
    body.append(UInt8(ascii: "\n"))
    return StatsAnswer(status: .ok, type: "application/json", body: body)
  }

  static func html(_ text: String, status: HTTPResponse.Status = .ok) -> StatsAnswer {
    StatsAnswer(status: status, type: "text/html; charset=utf-8", body: Array(text.utf8))
  }

  static func text(_ text: String) -> StatsAnswer {
    StatsAnswer(status: .ok, type: "text/plain; charset=utf-8", body: Array(text.utf8))
  }
}

/// A request that can't be answered, and why.
struct Problem: Error {
  let status: HTTPResponse.Status
  /// One sentence for people.
  let detail: String

  init(_ status: HTTPResponse.Status, _ detail: String) {
    self.status = status
    self.detail = detail
  }

  /// Problem details (RFC 9457) for programs, a small page for people.
  func answer(asJSON: Bool) -> StatsAnswer {
    var answer: StatsAnswer
    if asJSON {
      answer = .json([
        "type": "about:blank", "title": .string(status.reasonPhrase), "status": .integer(Int64(status.code)),
        "detail": .string(detail),
      ])
      answer.headers[.contentType] = "application/problem+json"
      answer.status = status
    } else {
      answer = .html(ProblemPage(self).html, status: status)
    }
    if status == .methodNotAllowed { answer.headers[.allow] = "GET, HEAD" }
    return answer
  }
}
