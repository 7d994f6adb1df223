import Foundation
import PeerCore

/// The names under which the page may be asked for. A foreign page whose name was made to point to this machine (DNS
/// rebinding) asks under that name, and could otherwise read what only this machine or its network can reach.
struct HostNames: Sendable {
  /// Who can reach the address at which a visitor has come.
  enum Reach: Sendable, Equatable {
    case machine, network, world

    /// - Parameters:
    ///   - listening: the numeric address that the server listens on.
    ///   - visited: the numeric address that the connection came to.
    init(listening: String?, visited: String?) {
      if listening.map(NumericAddress.isLoopback) ?? false {
        self = .machine
      } else {
        self = visited.map(NumericAddress.isPrivate) ?? false ? .network : .world
      }
    }
  }

  /// The endings of names that mean something in one network only, so that nobody can register them elsewhere.
  private static let localEndings = [".local", ".lan", ".home", ".internal", ".localdomain", ".home.arpa"]

  private let own: Set<String>

  /// - Parameter names: what this machine is called, beside the loopback names and the name it gives itself.
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

  /// Whether a request may be answered.
  ///
  /// - Parameter authority: the request's `Host`.
  func admit(_ authority: String?, _ reach: Reach) -> Bool {
    guard reach != .world else { return true }
    guard let authority else { return false }
    let name = Self.name(authority)
    return own.contains(name) || (reach == .network && Self.isLocal(name))
  }

  /// Whether a name can mean a machine of this network only. A numeric address can, as nobody can make it point
  /// elsewhere.
  private static func isLocal(_ name: String) -> Bool {
    NumericAddress.isNumeric(name) || (!name.isEmpty && !name.contains("."))
      || localEndings.contains { name.hasSuffix($0) }
  }

  /// The host of an authority, without port, brackets and a final dot.
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
