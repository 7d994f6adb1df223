import Foundation
import Testing

@testable import PeerEngine

/// A temporary home, removed with its last reference.
final class TemporaryHome: Sendable {
  let path: String

  init() throws {
    let name = "p2ptui-test-\(UUID().uuidString)"
    path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The home as a crash would leave it now: a copy of everything that is on the disk.
  func crashed() throws -> TemporaryHome {
    let copy = try TemporaryHome()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/cp")
    process.arguments = ["-a", "\(path)/.", copy.path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return copy
  }

  /// Opens the home's store for the time of `body`.
  func open<T>(_ body: (HomeStore) async throws -> T) async throws -> T {
    let store = try HomeStore.open(home: path)
    let result: Result<T, any Error>
    do { result = .success(try await body(store)) } catch { result = .failure(error) }
    await store.close()
    return try result.get()
  }

  /// Puts a file into the home by hand, with a modification time in seconds.
  func put(_ name: String, _ content: String, modified: Int = 1_744_170_562) throws {
    let file = "\(path)/\(name)"
    try content.write(toFile: file, atomically: false, encoding: .utf8)
    try touch(name, modified: modified)
  }

  func touch(_ name: String, modified: Int) throws {
    let date = Date(timeIntervalSince1970: TimeInterval(modified))
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(path)/\(name)")
  }

  func move(_ old: String, to new: String) throws {
    try FileManager.default.moveItem(atPath: "\(path)/\(old)", toPath: "\(path)/\(new)")
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: false)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

  func content(_ name: String) -> String? { try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

  func names(in directory: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(directory)"))?.sorted() ?? []
  }

  /// A file outside of `files/`; its path.
  func write(elsewhere name: String, _ content: String) throws -> String {
    try put(name, content)
    return "\(path)/\(name)"
  }
}
