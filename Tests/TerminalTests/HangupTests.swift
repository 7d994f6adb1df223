import Foundation
import TestSupport
import Testing

/// A terminal that goes away, and who is asked to leave.
@Suite struct HangupTests {
  @Test func `with the terminal the peer ends`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood)
      try await session.waitForPanes()
      await session.terminal.end()
      try await eventually("the peer is gone") { await !session.api.isHealthy() }
    }
  }

  @Test func `with --on-hangup serve it goes on, and the log says so`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood, options: "--on-hangup serve")
      try await session.waitForPanes()
      let pid = try session.pid()
      await session.terminal.end()
      try await session.waitForLog("the peer goes on serving")
      #expect(await session.api.isHealthy())
      kill(pid, SIGTERM)
      try await eventually("the peer has ended") { await !session.api.isHealthy() }
    }
  }

  @Test func `after exit it outlives its terminal`() async throws {
    try await withNeighbourhood { neighbourhood in
      let session = try await Session(neighbourhood)
      try await session.waitForPanes()
      let pid = try session.pid()
      try await session.terminal.press(":")
      try await session.terminal.type("exit")
      try await session.terminal.press("Enter")
      try await session.terminal.waitFor(text: "goes on serving")
      await session.terminal.end()
      try await session.waitForLog("the terminal is gone; the peer goes on serving")
      #expect(await session.api.isHealthy())
      kill(pid, SIGTERM)
      try await eventually("the peer has ended") { await !session.api.isHealthy() }
    }
  }
}
