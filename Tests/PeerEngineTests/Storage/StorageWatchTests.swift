import Foundation
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite("Watching files/") struct StorageWatchTests {
  let home: TemporaryHome
  init() throws { home = try TemporaryHome() }

  @Test(.timeLimit(.minutes(1))) func `every kind of change is noticed`() async throws {
    try await home.open { store in
      var changes = store.changes().makeAsyncIterator()
      try home.put("files/a", "1")
      await changes.next()
      try home.move("files/a", to: "files/b")
      await changes.next()
      try home.remove("files/b")
      await changes.next()
    }
  }

  @Test(.timeLimit(.minutes(1))) func `what this peer puts there itself is no news`() async throws {
    try await home.open { store in
      var changes = store.changes().makeAsyncIterator()
      try home.put("files/by hand", "1")
      await changes.next()
      _ = try await store.scan(owner: us)
      for number in 1...3 {
        _ = try store.placeKept(
          store.partial("\(number)"), as: theirs("download \(number)", "\(number)"), firstSeen: 0)
      }
      // Told in their order: had a download been news, its look would find nothing that is gone.
      try home.remove("files/by hand")
      await changes.next()
      #expect(try await store.scan(owner: us).gone.count == 1)
      try await eventually("the notices of the downloads are read") { store.ownNames.withLock { $0.isEmpty } }
    }
  }

  @Test(.timeLimit(.minutes(1))) func `files/, when made anew, is watched again`() async throws {
    try await home.open { store in
      let changes = store.changes()
      try home.remove("files")
      try FileManager.default.createDirectory(
        atPath: "\(home.path)/files", withIntermediateDirectories: false)
      try home.put("files/a", "1")
      for await _ in changes {
        if try await store.scan(owner: us).found.map(\.copy.storedName) == ["a"] { break }
      }
    }
  }
}
