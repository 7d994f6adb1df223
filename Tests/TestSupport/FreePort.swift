import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// TCP ports on loopback that nobody uses, each given once. They lie below those that the system gives to
/// outgoing connections, so that none is taken by chance between being chosen and being listened on.
public enum FreePort {
  private static let range = 20_000..<32_000
  private static let next = Mutex(Int.random(in: range))

  public static func take() throws -> Int {
    try next.withLock { next in
      for _ in range {
        next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
        if isFree(next) { return next }
      }
      throw Unexpected("no free TCP port on 127.0.0.1 in \(range)")
    }
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = LoopbackAddress.make(port: port)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}

enum LoopbackAddress {
  static func make(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
  }
}
