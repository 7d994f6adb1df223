import Foundation
import NIOPosix
import PeerCore

/// Turns host names into numeric addresses, on threads that may wait, since the system's resolver blocks.
struct Resolver: Sendable {
  /// - Returns: the addresses, those of IPv4 first, as every peer of the network speaks it; none if the name means
  ///   nothing.
  func addresses(of host: String) async -> [String] {
    (try? await NIOThreadPool.singleton.runIfActive { Self.look(host) }) ?? []
  }

  private static func look(_ host: String) -> [String] {
    var hints = addrinfo()
    hints.ai_socktype = numericCast(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var v4: [String] = []
    var v6: [String] = []
    var next = list
    while let info = next {
      defer { next = info.pointee.ai_next }
      guard let address = numeric(info.pointee) else { continue }
      if info.pointee.ai_family == AF_INET { v4.append(address) } else { v6.append(address) }
    }
    return v4 + v6
  }

  private static func numeric(_ info: addrinfo) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard
      getnameinfo(
        info.ai_addr, info.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST) == 0
    else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
