import Foundation
import TestSupport
import Testing

/// Finding, marking, sharing and deleting files, as a person would.
@Suite struct FilesOnScreenTests {
  @Test func `a filter knows sizes and states, and n finds what it matched`() async throws {
    try await withNeighbourhood { neighbourhood in
      let bob = try await neighbourhood.peer("bob")
      for (name, size) in [("large.bin", 40_000), ("small.bin", 40), ("text.txt", 50)] {
        try await bob.push(neighbourhood.makeFile(name, repeatElement(7, count: size)))
      }
      let session = try await Session(neighbourhood, greeting: [bob])
      let terminal = session.terminal
      try await terminal.waitFor("three files") { screen in screen.contains { $0.contains("1/3") } }
      try await terminal.press("/")
      try await terminal.type("peer:bob >10k")
      try await terminal.waitFor("one file") { screen in
        screen.contains { $0.contains("1/1") } && !screen.contains { $0.contains("small.bin") }
      }
      try await terminal.press("Enter")
      try await session.escape("all files") { screen in screen.contains { $0.contains("/3") } }
      try await terminal.press("G")
      try await terminal.waitFor("the last one") { screen in screen.contains { $0.contains("3/3") } }
      try await terminal.press("n")
      try await terminal.waitFor("the match") { screen in screen.contains { $0.contains("1/3") } }
      try await terminal.press("/")
      try await terminal.type("remote !bin")
      try await terminal.waitFor("the others") { screen in
        screen.contains { $0.contains("text.txt") } && !screen.contains { $0.contains("large.bin") }
      }
    }
  }

  @Test func `a range is marked and fetched at once`() async throws {
    try await withNeighbourhood { neighbourhood in
      let bob = try await neighbourhood.peer("bob")
      var files: [FileInfo] = []
      for name in ["a.txt", "b.txt", "c.txt"] {
        files.append(try await bob.push(neighbourhood.makeFile(name, name.utf8)))
      }
      let session = try await Session(neighbourhood, greeting: [bob])
      try await session.terminal.waitFor("three files") { screen in screen.contains { $0.contains("1/3") } }
      try await session.terminal.press("g", "v", "j")
      try await session.terminal.waitFor(text: "2 marked")
      try await session.terminal.press("f")
      try await session.api.waitUntilHeld(files[0].fileId)
      try await session.api.waitUntilHeld(files[1].fileId)
      #expect(try await session.api.file(files[2].fileId)?.local == false)
    }
  }

  @Test func `a file is found by arrows and shared`() async throws {
    try await withNeighbourhood { neighbourhood in
      let folder = try neighbourhood.makeDirectory("letters")
      let inner = folder.appendingPathComponent("to the marsh")
      try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
      try Data("Dear marsh,\n".utf8).write(to: inner.appendingPathComponent("first letter.txt"))
      let session = try await Session(neighbourhood)
      let terminal = session.terminal
      try await session.waitForPanes()
      try await terminal.press("p")
      try await terminal.waitFor(text: "Enter opens or shares")
      try await terminal.type(folder.path + "/")
      try await terminal.waitFor(text: "to the marsh/")
      try await terminal.press("Down", "Down", "Enter")
      try await terminal.waitFor(text: "first letter.txt")
      try await terminal.press("Down", "Down", "Enter")
      try await eventually("the file is shared") {
        try await session.api.files().files.contains { $0.fileName == "first letter.txt" && $0.local }
      }
    }
  }

  @Test func `several deletions need their number, and u takes one back`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood)
      let terminal = session.terminal
      try await session.waitForPanes()
      for name in ["one.txt", "two.txt"] {
        let path = try neighbourhood.makeFile(name, name.utf8).path
        try await terminal.press(":")
        try await terminal.type("push \(path)")
        try await terminal.press("Enter")
        try await terminal.waitFor("\(name) is here") { screen in
          screen.contains { $0.contains("● here") && $0.contains(name) }
        }
      }
      try await terminal.press("1", "A", "D")
      try await terminal.waitFor(text: "Type 2 to confirm")
      try await terminal.press("y", "Enter")
      try await terminal.waitFor(text: "Nothing was done.")
      try await terminal.press("D", "2", "Enter")
      try await terminal.waitFor(text: "u undo")
      try await terminal.press("u")
      try await terminal.waitFor(text: "Not deleted: 2 files.")
      try await terminal.press("A", "D", "2", "Enter")
      try await eventually("both are gone") { try await session.api.files().files.isEmpty }
    }
  }

  @Test func `forgetting drops only the copy here`() async throws {
    try await withNeighbourhood { neighbourhood in
      let bob = try await neighbourhood.peer("bob")
      let file = try await bob.push(neighbourhood.makeFile("theirs.txt", "theirs\n".utf8))
      let session = try await Session(neighbourhood, greeting: [bob])
      try await session.select("theirs.txt")
      try await session.terminal.press("f")
      try await session.api.waitUntilHeld(file.fileId)
      try await session.terminal.press("x")
      try await session.terminal.waitFor(text: "Forget the copy here")
      try await session.terminal.press("y")
      try await eventually("the copy is gone") { try await session.api.file(file.fileId)?.local == false }
      #expect(try await bob.api.file(file.fileId)?.local == true)
    }
  }

  @Test func `a transfer shows how far it is, pauses, goes on and is cancelled`() async throws {
    try await withNeighbourhood { neighbourhood in
      let bob = try await neighbourhood.peer("bob", ["--limit-up", "60K"])
      let file = try await bob.push(
        neighbourhood.makeFile("slow.bin", (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 7919 >> 3) }))
      let session = try await Session(neighbourhood, greeting: [bob])
      let terminal = session.terminal
      try await session.select("slow.bin")
      try await terminal.press("f")
      try await terminal.waitFor("a bar, a rate and the time left") { screen in
        screen.contains { $0.contains("%") && $0.contains("KiB/s") && $0.contains("0:") }
      }
      try await terminal.press("4", "P")
      try await terminal.waitFor(text: "‖ paused")
      try await terminal.press("P")
      try await terminal.waitFor("it goes on") { screen in !screen.contains { $0.contains("‖ paused") } }
      try await terminal.press("c")
      try await terminal.waitFor("it is remote again") { screen in
        screen.contains { $0.contains("○ remote") && $0.contains("slow.bin") }
      }
      try await session.select("slow.bin")
      try await terminal.press("f")
      try await terminal.waitFor(text: "Fetched slow.bin.")
      try await session.api.waitUntilHeld(file.fileId)
    }
  }

  @Test func `downloads change places in the queue, and their priority`() async throws {
    try await withNeighbourhood { neighbourhood in
      let bob = try await neighbourhood.peer("bob", ["--limit-up", "60K"])
      for name in ["a.bin", "b.bin", "c.bin"] {
        try await bob.push(
          neighbourhood.makeFile(
            name, (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * name.count) } + name.utf8))
      }
      let session = try await Session(neighbourhood, greeting: [bob], options: "--downloads 1")
      let terminal = session.terminal
      try await terminal.waitFor("three files") { screen in screen.contains { $0.contains("1/3") } }
      try await terminal.press("A", "f")
      try await terminal.press("4", "m")
      try await session.waitForQueue("a.bin", "b.bin", "c.bin")
      try await terminal.press("G", "K")
      try await session.waitForQueue("a.bin", "c.bin", "b.bin")
      try await terminal.press("J")
      try await session.waitForQueue("a.bin", "b.bin", "c.bin")
      try await terminal.press("+", "Enter")
      try await terminal.waitFor("its priority") { screen in
        screen.contains { $0.contains("priority") && $0.contains("high") }
      }
    }
  }
}

extension Session {
  /// The names of the downloads, in the order of the queue, in a transfers pane that has the whole screen.
  fileprivate func waitForQueue(_ names: String...) async throws {
    try await terminal.waitFor("the queue \(names)") { screen in
      screen.filter { $0.contains("↓  ") && $0.contains(".bin") }
        .map { row in names.first { row.contains($0) } ?? "" } == names
    }
  }
}
