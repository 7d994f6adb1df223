import Foundation
import PeerCore
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
}

let us = PeerID("us")

extension PartialFile {
  func append(_ text: String) throws {
    try Array(text.utf8).withUnsafeBytes { try append($0) }
  }
}

extension HomeStore {
  /// A partial file that holds a text.
  func partial(_ text: String) throws -> PartialFile {
    let partial = try beginPartial()
    try partial.append(text)
    return partial
  }

  /// A file of somebody else's is received.
  @discardableResult
  func receive(_ entry: FileEntry, _ content: String) async throws -> LocalCopy {
    try await keep([Keep(partial(content), entry, firstSeen: 5)])[0].get()
  }

  func files() async throws -> [StoredFile] { try await load().files }
}

/// The entry of a file of somebody else's.
func theirs(
  _ name: String, _ content: String, timestamp: Lexeme = Lexeme(1_743_970_142.6140459)
) -> FileEntry {
  var hash = ContentHash()
  Array(content.utf8).withUnsafeBytes { hash.update($0) }
  return FileEntry(
    id: hash.id(suffix: timestamp.text), name: name, owner: "them", timestamp: timestamp)
}
