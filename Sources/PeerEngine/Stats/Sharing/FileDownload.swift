import Hummingbird
import PeerCore

/// The answer to `/files/<file_id>`: a local file, or a part of it, in bounded memory.
struct Download: Sendable {
  /// Bytes read and written at a time.
  private static let piece = 64 * 1024

  private let file: any SharedFile
  private let range: Range<UInt64>

  /// - Throws: `Problem`.
  static func answer(_ record: FileRecord, _ sharing: any FileSharing, _ request: Request) async throws
    -> StatsAnswer
  {
    guard let copy = record.copy else {
      throw Problem(.notFound, "The file is not here; other peers have it.")
    }
    let file: any SharedFile
    do {
      file = try await sharing.open(copy)
    } catch {
      throw Problem(.notFound, "The file is not here any longer, or is being changed.")
    }
    var headers = headers(record.entry, copy)
    if EntityTag.matches(headers[.eTag] ?? "", request.headers[.ifNoneMatch]) {
      return StatsAnswer(status: .notModified, headers: headers, body: .bytes([]))
    }
    switch wanted(request, headers, file.size) {
    case .whole:
      return StatsAnswer(
        status: .ok, headers: headers, body: .download(Download(file: file, range: 0..<file.size)))
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
      return StatsAnswer(
        status: .partialContent, headers: headers, body: .download(Download(file: file, range: range)))
    case .unsatisfiable:
      var answer = Problem(.rangeNotSatisfiable, "The file has \(file.size) bytes.").answer(asJSON: false)
      answer.headers[.contentRange] = "bytes */\(file.size)"
      return answer
    }
  }

  /// A range counts for GET only, and only if it is of the file that the client has the rest of.
  private static func wanted(_ request: Request, _ headers: HTTPFields, _ size: UInt64) -> ByteRange {
    if let condition = request.headers[.ifRange] {
      guard condition == headers[.eTag] || condition == headers[.lastModified] else { return .whole }
    }
    return ByteRange(request.method == .get ? request.headers[.range] : nil, size: size)
  }

  /// The id is made from the bytes, so that it tells one file from another for ever.
  private static func headers(_ entry: FileEntry, _ copy: LocalCopy) -> HTTPFields {
    [
      .contentType: "application/octet-stream",
      .contentDisposition: AttachmentName.header(copy.storedName),
      .acceptRanges: "bytes",
      .eTag: "\"\(entry.id.hex)\"",
      .lastModified: UTCTime(milliseconds: copy.modified / 1_000_000).http,
      .cacheControl: "no-cache",
    ]
  }

  var length: Int { range.count }

  var body: ResponseBody {
    ResponseBody(contentLength: length) { writer in
      var offset = range.lowerBound
      while offset < range.upperBound {
        let count = Int(min(UInt64(Self.piece), range.upperBound - offset))
        try await writer.write(ByteBuffer(bytes: try await file.read(at: offset, count: count)))
        offset += UInt64(count)
      }
      try await writer.finish(nil)
    }
  }
}

/// How a file is called where it is saved (RFC 6266): ASCII for old programs, beside it the name itself in
/// UTF-8 (RFC 8187).
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

/// Percent-encoded UTF-8 (RFC 3986): letters and digits stay, and what else is said to be plain.
enum PercentEncoding {
  static func encoded(_ text: String, isPlain: (UInt8) -> Bool) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case _ where isPlain(byte): result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}
