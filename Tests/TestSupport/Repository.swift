import Foundation

/// The checkout that these tests were built from.
public enum Repository {
  /// Its folder, in which the paths of documents begin.
  public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// - Parameter path: of a file, from the root on.
  public static func data(_ path: String) throws -> Data { try Data(contentsOf: root.appending(path: path)) }

  /// - Parameter path: of a file, from the root on.
  public static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }
}
