import Hummingbird

/// Why a request cannot be answered.
struct Problem: Error {
  let status: HTTPResponse.Status
  /// One sentence for people.
  let detail: String

  static let tooMuchUntaken = Problem(
    .serviceUnavailable, "Others have yet to take what they asked for: ask again later.")

  init(_ status: HTTPResponse.Status, _ detail: String) {
    self.status = status
    self.detail = detail
  }

  /// Problem details (RFC 9457) for programs, a small page for people.
  func answer(asJSON: Bool) -> StatsAnswer {
    var answer: StatsAnswer
    if asJSON {
      answer = .json(
        [
          "type": "about:blank", "title": .string(status.reasonPhrase),
          "status": .integer(Int64(status.code)), "detail": .string(detail),
        ], status: status)
      answer.headers[.contentType] = "application/problem+json"
    } else {
      answer = .html(Templates.problem(ProblemPage(self)), status: status)
    }
    answer.headers[.cacheControl] = "no-store"
    if status == .methodNotAllowed { answer.headers[.allow] = "GET, HEAD" }
    if status == .serviceUnavailable { answer.headers[.retryAfter] = "10" }
    return answer
  }
}
