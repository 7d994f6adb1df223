import Foundation
import PeerCore
import Testing

@testable import PeerEngine

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

  /// Scans until there is nothing left to wait for; at most a minute.
  func settledScan() async throws -> ScanResult {
    var all = ScanResult()
    let deadline = ContinuousClock.now + .seconds(60)
    repeat {
      let scan = try await scan(owner: us)
      all.found += scan.found
      all.gone += scan.gone
      all.notices += scan.notices
      if !scan.unsettled && !scan.unfinished { return all }
      try await Task.sleep(for: .milliseconds(20))
    } while ContinuousClock.now < deadline
    Issue.record("files/ did not settle")
    return all
  }
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
