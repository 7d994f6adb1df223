import Hummingbird
import PeerCore

/// The answer to `/files/<file_id>`: a local file or a part of it, in bounded memory.
struct FileDownload: Sendable {
  /// Bytes read and written at a time.
  private static let piece = 64 * 1024

  private let file: any SharedFile
  private let range: Range<UInt64>

  /// - Throws: `Problem` 404 if the file is not here.
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
        status: .ok, headers: headers, body: .download(FileDownload(file: file, range: 0..<file.size)))
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
      return StatsAnswer(
        status: .partialContent, headers: headers, body: .download(FileDownload(file: file, range: range)))
    case .unsatisfiable:
      var answer = Problem(.rangeNotSatisfiable, "The file has \(file.size) bytes.").answer(asJSON: false)
      answer.headers[.contentRange] = "bytes */\(file.size)"
      return answer
    }
  }

  /// A range counts only for GET, and only if the client has the rest of this very file.
  private static func wanted(_ request: Request, _ headers: HTTPFields, _ size: UInt64) -> ByteRange {
    if let condition = request.headers[.ifRange] {
      guard condition == headers[.eTag] || condition == headers[.lastModified] else { return .whole }
    }
    return ByteRange(request.method == .get ? request.headers[.range] : nil, size: size)
  }

  /// The file's id serves as its entity tag: it is made from the bytes, so that it never changes.
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
