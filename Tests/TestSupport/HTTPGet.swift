import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// An HTTP response, as far as tests look at it.
public struct HTTPResponse: Sendable {
  public var status: Int
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]

  public var text: String { String(decoding: body, as: UTF8.self) }
}

/// One HTTP/1.1 request to loopback on a connection of its own, ended by the server's closing it.
public enum HTTP {
  /// - Parameter timeout: whole seconds without a byte.
  public static func get(
    port: Int, _ path: String, method: String = "GET", headers: [String: String] = [:], timeout: Int = 10
  ) async throws -> HTTPResponse {
    let extra = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
    let host = headers["Host"] == nil ? "Host: 127.0.0.1:\(port)\r\n" : ""
    let request = "\(method) \(path) HTTP/1.1\r\n\(host)Connection: close\r\n\(extra)\r\n"
    let bytes = try await withCheckedThrowingContinuation { continuation in
      // Blocking calls do not belong on the threads of Swift's concurrency.
      DispatchQueue.global().async {
        continuation.resume(with: Result { try exchange(request, port: port, timeout: timeout) })
      }
    }
    return try parse(bytes)
  }

  private static func exchange(_ request: String, port: Int, timeout: Int) throws -> [UInt8] {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: timeout, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = LoopbackAddress.make(port: port)
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard connected else { throw Unexpected("no HTTP server on 127.0.0.1:\(port)") }
    guard Glibc.send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
      throw Unexpected("the HTTP server on port \(port) closed the connection")
    }
    var response: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Unexpected("no answer from the HTTP server on port \(port)") }
      guard count > 0 else { return response }
      response += buffer[..<count]
    }
  }

  private static func parse(_ bytes: [UInt8]) throws -> HTTPResponse {
    let separator = Array("\r\n\r\n".utf8)
    guard let end = bytes.firstRange(of: separator) else { throw Unexpected("no HTTP response") }
    var lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines.removeFirst().split(separator: " ")
    guard words.count >= 2, let status = Int(words[1]) else { throw Unexpected("no HTTP status") }
    var headers: [String: String] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      headers[line[..<colon].lowercased()] = value
    }
    var body = Array(bytes[end.upperBound...])
    if headers["transfer-encoding"]?.lowercased() == "chunked" { body = try unchunk(body) }
    return HTTPResponse(status: status, headers: headers, body: body)
  }

  private static func unchunk(_ bytes: [UInt8]) throws -> [UInt8] {
    var rest = bytes[...]
    var body: [UInt8] = []
    let lineBreak = Array("\r\n".utf8)
    while let end = rest.firstRange(of: lineBreak) {
      let digits = String(decoding: rest[..<end.lowerBound], as: UTF8.self).prefix { $0 != ";" }
      guard let size = Int(digits, radix: 16), end.upperBound + size <= rest.endIndex else { break }
      if size == 0 { return body }
      body += rest[end.upperBound..<end.upperBound + size]
      rest = rest[(end.upperBound + size)...].dropFirst(lineBreak.count)
    }
    throw Unexpected("a chunked HTTP body that ends too early")
  }
}
