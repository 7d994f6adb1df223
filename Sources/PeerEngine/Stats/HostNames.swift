import Foundation
import PeerCore

/// Under which names the page may be asked for. A foreign page whose own name was made to mean this machine (DNS
/// rebinding) asks under that name, and would otherwise read what only this machine, or its network, can reach.
struct HostNames: Sendable {
  /// Who can reach the address at which a visitor has come.
  enum Reach: Sendable, Equatable {
    case machine, network, world

    /// - Parameters:
    ///   - listening: the address that is listened on, numeric.
    ///   - visited: the one that the connection came to.
    init(listening: String?, visited: String?) {
      if listening.map(NumericAddress.isLoopback) ?? false {
        self = .machine
      } else {
        self = visited.map(NumericAddress.isPrivate) ?? false ? .network : .world
      }
    }
  }

  /// Names that mean something in one network only: nobody can make them their own elsewhere.
  private static let localEndings = [".local", ".lan", ".home", ".internal", ".localdomain", ".home.arpa"]

  private let own: Set<String>

  /// - Parameter names: of this machine, beside the loopback names and what it calls itself.
  init(_ names: [String]) {
    own = Set(
      ["localhost", "127.0.0.1", "::1", Self.systemName.lowercased()] + names.map { $0.lowercased() })
  }

  private static var systemName: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let name = buffer.baseAddress, gethostname(name, buffer.count - 1) == 0 else {
        return "localhost"
      }
      buffer[buffer.count - 1] = 0
      return String(cString: name)
    }
  }

  /// - Parameter authority: the request's `Host`.
  func admit(_ authority: String?, _ reach: Reach) -> Bool {
    guard reach != .world else { return true }
    guard let authority else { return false }
    let name = Self.name(authority)
    return own.contains(name) || (reach == .network && Self.isLocal(name))
  }

  /// A numeric address is nobody's name.
  private static func isLocal(_ name: String) -> Bool {
    NumericAddress.isNumeric(name) || (!name.isEmpty && !name.contains("."))
      || localEndings.contains { name.hasSuffix($0) }
  }

  /// Without port, brackets and a final dot.
  private static func name(_ authority: String) -> String {
    var host = authority.lowercased()[...]
    if host.first == "[", let end = host.firstIndex(of: "]") {
      host = host[..<end].dropFirst()
    } else if let colon = host.lastIndex(of: ":") {
      host = host[..<colon]
    }
    return String(host.last == "." ? host.dropLast() : host)
  }
}
