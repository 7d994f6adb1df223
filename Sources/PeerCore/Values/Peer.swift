/// What a peer calls itself: opaque, untrusted text (PROTOCOL.md, "Identity").
public struct PeerID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  /// As received, of any length that a message may have.
  public let text: String

  public init(_ text: String) { self.text = text }

  public init(from decoder: any Decoder) throws {
    text = try decoder.singleValueContainer().decode(String.self)
  }

  /// As its text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  public var description: String { text }
  public static func < (a: PeerID, b: PeerID) -> Bool { a.text < b.text }
}

/// Where a peer is said to listen: a host name or an IP address, and a TCP port.
public struct Endpoint: Hashable, Sendable, Codable, CustomStringConvertible {
  /// A host name or a numeric address; an IPv6 address has no brackets.
  public let host: String
  /// 1...65535 if the peer can be reached.
  public let port: Int

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// `HOST:PORT` or `[IPv6]:PORT`; `nil` unless the host is not empty and the port is 1...65535.
  public init?(parsing text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      port > 0, text[colon...].dropFirst().first != "+"
    else { return nil }
    var host = text[..<colon]
    if host.first == "[", host.last == "]" {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: Int(port))
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Names one tracked peer for as long as it is tracked. It is never used again for another one.
public struct PeerHandle: Hashable, Sendable, Codable, Comparable {
  /// Grows; never given twice.
  public let number: UInt32
  public init(_ number: UInt32) { self.number = number }
  public static func < (a: PeerHandle, b: PeerHandle) -> Bool { a.number < b.number }
}
