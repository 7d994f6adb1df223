import Foundation
import PeerCore

@testable import PeerEngine

/// An event as a listener is told it.
struct Told {
  let id: String?
  let kind: String
  let data: [String: Any]

  /// The whole events in a stream, comments and the like left out.
  static func all(_ bytes: [UInt8]) throws -> [Told] {
    let blocks = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n\n")
    return try blocks.dropLast().compactMap { block in
      let fields = block.split(separator: "\n").reduce(into: [String: String]()) { fields, line in
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces)
      }
      guard let kind = fields["event"], let data = fields["data"] else { return nil }
      let object = try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any]
      return Told(id: fields["id"], kind: kind, data: object ?? [:])
    }
  }
}

/// What a listener is told of the step from one snapshot to the next, by the kind of event.
func told(from old: Snapshot?, to new: Snapshot) throws -> [String: [String: Any]] {
  let events = FeedChanges(old: old, new: new).events
  let bytes = events.flatMap { $0.bytes(id: nil) }
  return Dictionary(uniqueKeysWithValues: try Told.all(bytes).map { ($0.kind, $0.data) })
}

/// The snapshot after a change.
func changed(_ snapshot: Snapshot = sample, _ change: (inout Snapshot) -> Void) -> Snapshot {
  var snapshot = snapshot
  change(&snapshot)
  return snapshot
}
