/// Why the bytes of a connection are not messages. Such an error ends its connection, and changes nothing else.
public enum WireError: Error, Equatable, Sendable {
  /// Not JSON: what was found, and at which byte of the connection (from 0).
  case malformed(String, at: Int)
  /// A bound of `Limits` was exceeded: which one, and its value.
  case tooLarge(String, limit: Int)
  /// The connection ended inside a message, after so many bytes of it.
  case truncated(after: Int)
  /// A character of `data` that is not a hex digit: about at which digit of it, from 0.
  case badHex(at: Int)
}

extension WireError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let what, let offset): "malformed JSON: \(what) at byte \(offset)"
    case .tooLarge(let what, let limit): "\(what) exceeds the limit of \(limit)"
    case .truncated(let bytes): "truncated after \(bytes) bytes"
    case .badHex(let offset): "data is not hex at digit \(offset)"
    }
  }
}
