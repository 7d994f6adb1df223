import Foundation
import PeerCore
import Testing

@testable import PeerEngine

@Suite struct StatsChangeTests {
  @Test func `a listener that knows nothing is told the present state`() throws {
    let told = try told(from: nil, to: sample)
    #expect(Set(told.keys) == ["status", "peers", "files", "transfers", "log"])
    #expect(told["status"]?["peer_id"] as? String == "me")
    #expect((told["peers"]?["peers"] as? [Any])?.count == 1 && told["peers"]?["complete"] as? Bool == true)
    // The list of files may be long: it is to be asked for.
    #expect(told["files"]?["complete"] as? Bool == false && told["files"]?["total"] as? Int == 2)
    #expect((told["transfers"]?["transfers"] as? [Any])?.count == 2)
    #expect((told["log"]?["entries"] as? [Any])?.count == 3 && told["log"]?["next"] as? Int == 3)
  }

  @Test func `time alone is no news`() throws {
    let later = changed { $0.taken = Moment(uptime: 200_000, wall: 1_744_170_727_500) }
    #expect(try told(from: sample, to: later).isEmpty)
  }

  @Test func `only the part that changed is told`() throws {
    let seen = try told(from: sample, to: changed { $0.peers[0].lastSeen += 1_000 })
    #expect(Set(seen.keys) == ["peers"] && (seen["peers"]?["peers"] as? [Any])?.count == 1)
    let gone = try told(from: sample, to: changed { $0.peers = [] })
    #expect(gone["peers"]?["gone"] as? [String] == [hostile] && gone["status"]?["peers"] as? Int == 0)
    let bytes = try told(from: sample, to: changed { $0.bytesSent += 1 })
    #expect(Set(bytes.keys) == ["status"] && bytes["status"]?["bytes_sent"] as? Int == 2001)
    let entry = LogEntry(seq: 4, time: 0, level: .error, text: "line 4")
    let log = try told(from: sample, to: changed { $0.log.append(entry) })
    let entries = try #require(log["log"]?["entries"] as? [[String: Any]])
    #expect(Set(log.keys) == ["log"] && entries.map { $0["text"] as? String } == ["line 4"])
    let transfers = try told(from: sample, to: changed { $0.transfers[0].bytes += 1 })
    #expect(Set(transfers.keys) == ["transfers"])
    #expect((transfers["transfers"]?["transfers"] as? [Any])?.count == 2)
  }

  @Test func `files that changed or went are told`() throws {
    let records = many.files.map(\.record)
    let later = changed(many) { snapshot in
      var other = records
      other[7].fetch = .wanted
      other.removeLast()
      snapshot.files = FileTable(other)
      snapshot.filesRevision += 1
    }
    let files = try #require(try told(from: many, to: later)["files"])
    #expect((files["files"] as? [[String: Any]])?.map { $0["file_name"] as? String } == ["f007"])
    #expect(files["gone"] as? [String] == [records[299].entry.id.hex])
    #expect(files["complete"] as? Bool == true && files["total"] as? Int == 299)
  }

  @Test func `more changes than fit are marked as incomplete`() throws {
    let later = changed(many) { snapshot in
      snapshot.files = FileTable(
        many.files.map {
          var record = $0.record
          record.fetch = .wanted
          return record
        })
      snapshot.filesRevision += 1
    }
    let files = try #require(try told(from: many, to: later)["files"])
    #expect((files["files"] as? [Any])?.count == 100 && files["complete"] as? Bool == false)
  }
}
