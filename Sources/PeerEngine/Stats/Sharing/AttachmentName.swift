/// The name under which a download is to be saved (RFC 6266): in ASCII for old programs, and beside it the name itself
/// in UTF-8 (RFC 8187).
enum AttachmentName {
  static func header(_ name: String) -> String {
    "attachment; filename=\"\(ascii(name))\"; filename*=UTF-8''\(encoded(name))"
  }

  private static func ascii(_ name: String) -> String {
    String(
      name.unicodeScalars.map { scalar -> Character in
        let isPlain = (0x20...0x7E).contains(scalar.value) && !"\"\\%/".unicodeScalars.contains(scalar)
        return isPlain ? Character(scalar) : "_"
      })
  }

  private static func encoded(_ name: String) -> String {
    PercentEncoding.encoded(name) { "!#$&+-.^_`|~".utf8.contains($0) }
  }
}
