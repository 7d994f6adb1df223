import Crypto

/// A file that the page needs beside itself. What is in `Assets/` is part of the program.
struct Asset: Sendable, Equatable {
  let path: String
  /// The media type.
  let type: String
  let bytes: [UInt8]
  /// For `ETag`.
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

  /// What names these very bytes in an address, so that they can be kept for good and new ones are
  /// fetched at once.
  private var version: String { tag.filter(\.isHexDigit) }
  var href: String { "\(path)?v=\(version)" }

  func answer(version: String?) -> StatsAnswer {
    var answer = StatsAnswer(status: .ok, type: type, bytes: bytes)
    if version == self.version { answer.headers[.cacheControl] = "public, max-age=31536000, immutable" }
    return answer
  }
}

/// What tells one state of a resource from another (RFC 9110, 8.8.3).
enum EntityTag {
  /// Weak, as bytes may be compressed on their way.
  static func weak(of bytes: [UInt8]) -> String {
    let digest = SHA256.hash(data: bytes)
    return "W/\"" + digest.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
  }

  /// Whether an `If-None-Match` names the tag, compared weakly.
  static func matches(_ tag: String, _ ifNoneMatch: String?) -> Bool {
    guard let ifNoneMatch else { return false }
    let opaque = opaquePart(tag)
    return ifNoneMatch.split(separator: ",").map { $0.trimmed }.contains {
      $0 == "*" || opaquePart($0) == opaque
    }
  }

  private static func opaquePart(_ tag: some StringProtocol) -> Substring {
    tag.hasPrefix("W/") ? Substring(tag.dropFirst(2)) : Substring(tag)
  }
}

extension StringProtocol {
  /// Without spaces and tabs around it.
  var trimmed: Substring {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    var text = Substring(self).drop(while: isBlank)
    while let last = text.last, isBlank(last) { text.removeLast() }
    return text
  }
}
