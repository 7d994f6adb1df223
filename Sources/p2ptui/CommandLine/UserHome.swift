import Foundation

/// The user's own directory, which `~` stands for. As in a shell, `HOME` counts before what the system says of the
/// user; Foundation asks only the system.
enum UserHome {
  static func path(_ environment: [String: String]) -> String {
    environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? NSHomeDirectory()
  }

  /// For paths that no shell has read: those in the configuration file, and those behind an equals sign.
  static func expand(_ path: String, _ environment: [String: String]) -> String {
    guard path == "~" || path.hasPrefix("~/") else { return NSString(string: path).expandingTildeInPath }
    return self.path(environment) + path.dropFirst()
  }
}
