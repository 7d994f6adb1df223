import Foundation

/// Runs `body` with a new, empty directory, which is gone afterwards.
public func withTemporaryDirectory<T>(
  isolation: isolated (any Actor)? = #isolation, _ body: (URL) async throws -> T
) async throws -> T {
  let directory = FileManager.default.temporaryDirectory.appendingPathComponent("p2ptui-\(UUID())")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory)
}
