/// A file that the page needs beside itself. Those in `Assets/` are built into the program.
struct Asset: Sendable, Equatable {
  let path: String
  /// The media type.
  let type: String
  let bytes: [UInt8]
  /// The value of `ETag`.
  let tag: String

  static let style = Asset(
    "/assets/style.css", type: "text/css; charset=utf-8", PackageResources.style_css)
  static let script = Asset(
    "/assets/page.js", type: "text/javascript; charset=utf-8", PackageResources.page_js)
  static let all = [style, script]

  private init(_ path: String, type: String, _ bytes: [UInt8]) {
    self.path = path
    self.type = type
    self.bytes = bytes
    tag = EntityTag.weak(of: bytes)
  }

  /// Names these very bytes in an address, so that they may be cached for good, and new ones are fetched at once.
  private var version: String { tag.filter(\.isHexDigit) }
  var href: String { "\(path)?v=\(version)" }

  func answer(version: String?) -> StatsAnswer {
    var answer = StatsAnswer(status: .ok, type: type, bytes: bytes)
    if version == self.version { answer.headers[.cacheControl] = "public, max-age=31536000, immutable" }
    return answer
  }
}
