import NIOCore
import NIOPosix
import PeerCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why the page cannot be served. Its description is a sentence that says what to do.
public enum StatsServerError: Error, Equatable, CustomStringConvertible {
  case addressInUse(address: String, port: Int)
  case permissionDenied(address: String, port: Int)
  /// The address is unknown, or not this machine's.
  case addressUnknown(address: String, port: Int)
  case failed(address: String, port: Int, reason: String)
  /// Stopped before it listened.
  case stopped

  init(_ error: any Error, address: String, port: Int) {
    switch (error, (error as? IOError)?.errnoCode) {
    case (let error as StatsServerError, _): self = error
    case (_, EADDRINUSE): self = .addressInUse(address: address, port: port)
    case (_, EACCES), (_, EPERM): self = .permissionDenied(address: address, port: port)
    case (_, EADDRNOTAVAIL), (is SocketAddressError, _), (is SocketAddressError.UnknownHost, _),
      (is NIOConnectionError, _):
      self = .addressUnknown(address: address, port: port)
    default: self = .failed(address: address, port: port, reason: "\(error)")
    }
  }

  public var description: String {
    switch self {
    case .addressInUse(let address, let port):
      "cannot serve the page on \(Self.place(address, port)): address already in use. "
        + "Is another peer running? Choose another <http_port>."
    case .permissionDenied(let address, let port):
      "cannot serve the page on \(Self.place(address, port)): permission denied. "
        + "Choose an <http_port> above 1023."
    case .addressUnknown(let address, let port):
      "cannot serve the page on \(Self.place(address, port)): this machine has no such address. "
        + "Choose another <host> or --http-bind."
    case .failed(let address, let port, let reason):
      "cannot serve the page on \(Self.place(address, port)): \(reason). Try --no-http."
    case .stopped: "the page's server was stopped before it listened"
    }
  }

  private static func place(_ address: String, _ port: Int) -> Endpoint {
    Endpoint(host: address, port: port)
  }
}
