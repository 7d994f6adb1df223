#if canImport(Glibc)
  import Glibc
#endif

/// A TCP port on loopback that refuses every connection for as long as this lives: it is bound, so that nobody else can
/// listen on it, and not listened on.
public final class RefusingPort: Sendable {
  public let number: Int
  private let descriptor: Int32

  public init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = LoopbackAddress.make(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { [descriptor] in
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    number = Int(UInt16(bigEndian: address.sin_port))
    if !isBound { throw Unexpected("no TCP port on 127.0.0.1 to be had") }
  }

  deinit { close(descriptor) }
}
