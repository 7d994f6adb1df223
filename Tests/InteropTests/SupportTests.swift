import Foundation
import TestSupport
import Testing

/// What the other tests lean on works.
@Suite struct SupportTests {
  @Test func `a state that does not come in time is an error that names it, and who waited`() async throws {
    let error = await #expect(throws: NotInTime.self) {
      try await eventually("the impossible", within: .milliseconds(20)) { false }
    }
    #expect(error?.description.contains("SupportTests.swift") == true)
    #expect(error?.description.contains("the impossible") == true)
  }

  @Test func `a child process is written to and read from, and tells how it ended`() async throws {
    let cat = try ChildProcess("cat", [])
    cat.send(line: "hello")
    try await cat.output.line("the echo") { $0 == "hello" }
    #expect(cat.isRunning)
    cat.closeInput()
    #expect(try await cat.waitForEnd() == 0)
    let shell = try await ChildProcess.run("sh", ["-c", "echo out; echo err >&2; kill -TERM $$"])
    #expect(shell.status == -SIGTERM && shell.output == ["out"] && shell.errors == ["err"])
    #expect(throws: Unexpected.self) { try ChildProcess("/no/such/program", []) }
  }

  @Test func `no port is given out twice`() throws {
    let ports = try (0..<20).map { _ in try FreePort.take() }
    #expect(Set(ports).count == 20)
  }

  @Test func `peers in Python talk to each other, and end with their test`() async throws {
    var processes: [ChildProcess] = []
    try await withNeighbourhood { neighbourhood in
      let one = try await neighbourhood.python("plain", .init(files: [.init("one.bin", size: 100)]))
      let other = try await neighbourhood.python("splitter", .init(greeting: [one]))
      processes = [one.process, other.process]
      try await one.received("GOSSIP")
      #expect(try await other.get(one.files[0].fileId, from: one).held == true)
      let added = try await other.add("two.bin", size: 10)
      try await other.tell("push", added.fileId, to: one)
      let came = try await one.event("a file") { $0.event == "file" }
      #expect(came.verified == true)
    }
    #expect(processes.allSatisfy { !$0.isRunning })
  }

  @Test func `a terminal can be typed into, read and resized`() async throws {
    try await withNeighbourhood { neighbourhood in
      let terminal = try await neighbourhood.terminal(columns: 80, rows: 24, "echo $((40 + 2))")
      let screen = try await terminal.waitFor("the answer") { $0.contains("42") }
      #expect(screen.count == 24)
      try await terminal.resize(columns: 100, rows: 30)
      try await terminal.type("stty size")
      try await terminal.press("Enter")
      try await terminal.waitFor(text: "30 100")
    }
  }
}
