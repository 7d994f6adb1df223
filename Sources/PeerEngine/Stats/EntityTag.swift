import Crypto

/// Tells one state of a resource from another (RFC 9110, 8.8.3).
enum EntityTag {
  /// A weak tag of these bytes: weak, as they may be compressed on their way.
  static func weak(of bytes: [UInt8]) -> String {
    let digest = SHA256.hash(data: bytes)
    return "W/\"" + digest.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
  }

  /// Whether an `If-None-Match` names the tag, by the weak comparison.
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
