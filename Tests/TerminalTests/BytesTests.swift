import Foundation
import TestSupport
import Testing

/// The bytes that a terminal is sent, told apart at each Esc.
@Suite struct BytesTests {
  private static let escape = UInt8(0x1B)

  /// The program on a pseudo-terminal, which `script` makes and passes on.
  private func start(_ neighbourhood: Neighbourhood) throws -> (process: ChildProcess, api: StatsAPI) {
    let home = try neighbourhood.makeDirectory("home-me")
    let port = try FreePort.take()
    let command =
      "stty rows 24 cols 80; exec '\(PeerProcess.executable)' me 127.0.0.1 0 \(port) --home '\(home.path)' --bootstrap none"
    let process = try ChildProcess(
      "script", ["-qfec", command, "/dev/null"],
      environment: [
        "TERM": "xterm-256color", "XDG_CONFIG_HOME": home.path, "LC_ALL": "C.UTF-8", "TMUX": nil,
      ],
      separator: Self.escape)
    return (process, StatsAPI(port: port))
  }

  private func type(_ keys: String, to process: ChildProcess) { process.send(line: keys) }

  @Test func `nothing is written when nothing changes, and little when a key is pressed`() async throws {
    try await withNeighbourhood { neighbourhood in
      let (process, api) = try start(neighbourhood)
      try await process.output.line("the hints") { $0.contains("quit") }
      try await eventually("the page") { await api.isHealthy() }
      let first = try await api.status().uptimeSeconds
      try await eventually("a moment has passed") { try await api.status().uptimeSeconds >= first + 2 }
      let before = process.output.count
      try await eventually("some seconds have passed") { try await api.status().uptimeSeconds >= first + 5 }
      #expect(process.output.count == before)
      // The next pane: two rules and the hints.
      type("\t", to: process)
      try await eventually("an answer") { process.output.count > before }
      let answer = process.output.after(before).joined().utf8.count
      #expect(answer < 1_500, "\(answer) bytes")
      process.signal(SIGTERM)
      try await process.waitForEnd()
    }
  }

  @Test func `a terminal that can show a frame at once is told where it begins and ends`() async throws {
    try await withNeighbourhood { neighbourhood in
      let (process, _) = try start(neighbourhood)
      try await process.output.line("the question") { $0.hasPrefix("[?2026$p") }
      #expect(!process.output.all.contains { $0.hasPrefix("[?2026h") })
      type("\u{1B}[?2026;2$y\t", to: process)
      try await process.output.line("the beginning of a frame") { $0.hasPrefix("[?2026h") }
      // What came last is told when the next Esc comes.
      type("\t", to: process)
      try await process.output.line("the end of a frame") { $0.hasPrefix("[?2026l") }
      process.signal(SIGTERM)
      try await process.waitForEnd()
    }
  }

  @Test func `what was switched on is switched off again`() async throws {
    try await withNeighbourhood { neighbourhood in
      let (process, _) = try start(neighbourhood)
      try await process.output.line("the hints") { $0.contains("quit") }
      type("q", to: process)
      try await process.waitForEnd()
      let sequences = process.output.all
      for (on, off) in [
        ("[?1049h", "[?1049l"), ("[?2004h", "[?2004l"), ("[?1000h", "[?1000l"), ("[?1006h", "[?1006l"),
        ("[22;0t", "[23;0t"), ("[?1h", "[?1l"),
      ] {
        let begin = sequences.firstIndex { $0.hasPrefix(on) }
        let end = sequences.lastIndex { $0.hasPrefix(off) }
        #expect(begin != nil && end != nil && begin! < end!, "\(on) \(off)")
      }
    }
  }
}
