import Foundation
import TestSupport
import Testing

/// The shell commands of the manuals do what the text around them says.
@Suite struct ManualShellTests {
  /// Where bash runs lines of a manual: a home of its own, and an address where nobody else uses the manual's ports.
  private struct Shell {
    let home: URL
    let address = "127." + (0..<3).map { _ in "\(Int.random(in: 10...250))" }.joined(separator: ".")

    init(_ neighbourhood: Neighbourhood) throws {
      home = neighbourhood.directory
      try FileManager.default.createDirectory(
        at: home.appending(path: "srv/p2p/files"), withIntermediateDirectories: true)
      for name in ["srv/notes.txt", "srv/p2p/files/notes.txt"] {
        try Data("hello".utf8).write(to: home.appending(path: name))
      }
    }

    /// Lines as they stand in a manual, with the machine that they name replaced by this place.
    func start(_ lines: String) throws -> ChildProcess {
      var lines = lines
      for (name, value) in [
        ("localhost", address), ("peer.example.org", address), ("/srv/", "\(home.path)/srv/"),
        ("seq 20", "seq 3"),
      ] { lines = lines.replacing(name, with: value) }
      let programs = URL(fileURLWithPath: PeerProcess.executable).deletingLastPathComponent().path
      let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
      return try ChildProcess(
        "bash", ["-c", "cd \"$HOME\"\n\(lines)"],
        environment: ["HOME": home.path, "PATH": "\(programs):\(path)", "XDG_CONFIG_HOME": nil])
    }

    /// Runs them to their end and returns what they printed.
    func run(_ lines: String) async throws -> [String] {
      let process = try start(lines)
      process.closeInput()
      let status = try await process.waitForEnd()
      #expect(status == 0, "\(lines): \(process.errors.text)")
      return process.output.all
    }

    /// Programs that they leave in the background end when `body` does, however it ends: the shell has to live for
    /// that, and goes with this object.
    func during(_ lines: String, _ body: () async throws -> Void) async throws {
      let process = try start(lines + "\nread -r || kill $(jobs -p)\nwait")
      let result: Result<Void, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      process.closeInput()
      try await process.waitForEnd()
      try result.get()
    }

    func text(_ name: String) -> String {
      (try? String(contentsOf: home.appending(path: name), encoding: .utf8)) ?? ""
    }

    static func has(_ program: String) -> Bool {
      ["/usr/bin", "/bin", "/usr/local/bin"].contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
      }
    }
  }

  private static func block(with text: String) throws -> String {
    try #require(Manual.guide.blocks.first { $0.text.contains(text) }?.text, "\(text)")
  }

  /// Lines of all manuals that begin with a word, in blocks and between backticks, each once.
  private static func lines(_ word: String) -> [String] {
    let lines = Manual.all.flatMap { manual in
      manual.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) } + manual.codes
    }
    let commands = lines.filter { $0.hasPrefix(word + " ") }.map {
      $0.replacing(#/ +# .*/#, with: "")
    }
    return Set(commands).sorted()
  }

  @Test func `a named pipe takes commands later`() async throws {
    try await withNeighbourhood { neighbourhood in
      let shell = try Shell(neighbourhood)
      try await shell.during(try Self.block(with: "mkfifo")) {
        try await eventually("the file is shared") {
          shell.text("srv/p2p/answers").contains("“notes.txt” (")
            && shell.text("srv/p2p/answers").contains("is shared")
        }
      }
    }
  }

  @Test(.enabled(if: Shell.has("curl"))) func `a peer in the background answers on its page`() async throws {
    try await withNeighbourhood { neighbourhood in
      let shell = try Shell(neighbourhood)
      let question = try #require(Self.lines("curl").first { $0.contains("peer.example.org") })
      try await shell.during(try Self.block(with: "</dev/null >/dev/null")) {
        try await eventually("its page answers") {
          let process = try shell.start(question)
          try await process.waitForEnd()
          return process.output.text.contains("\"peer_id\":\"ann\"")
        }
      }
    }
  }

  @Test func `each line of JSON is answered as shown`() async throws {
    let lines = Manual.guide.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let start = try #require(lines.firstIndex { $0.hasPrefix("$ ") && $0.contains("--json") })
    let answers = lines[(start + 1)...].prefix { $0.hasPrefix("{") }
    #expect(!answers.isEmpty)
    try await withNeighbourhood { neighbourhood in
      let shell = try Shell(neighbourhood)
      let told = try await shell.run(String(lines[start].dropFirst(2)))
      #expect(told == Array(answers))
    }
  }

  @Test func `many peers of one machine find each other`() async throws {
    try await withNeighbourhood { neighbourhood in
      let shell = try Shell(neighbourhood)
      try await shell.during(try Self.block(with: "for n in $(seq")) {
        for number in 2...3 {
          try await eventually("peer\(number) finds somebody") {
            shell.text("peers/\(number).log").contains("is tracked")
          }
        }
      }
    }
  }

  @Test func `the configuration that is written is the one that is read again`() async throws {
    try await withNeighbourhood { neighbourhood in
      let shell = try Shell(neighbourhood)
      _ = try await shell.run(try Self.block(with: "--print-config > "))
      let again = try await shell.run("p2ptui --print-config")
      #expect(shell.text(".config/p2ptui/config") == again.joined(separator: "\n") + "\n")
    }
  }

  @Test(.enabled(if: Shell.has("curl"))) func `each question to the page is answered`() async throws {
    try await withNeighbourhood { neighbourhood in
      let shell = try Shell(neighbourhood)
      let peer =
        "p2ptui ann localhost 8040 8041 --share-http --headless --home /srv/p2p --bootstrap none </dev/null &"
      try await shell.during(peer) {
        let list = "curl -sf http://localhost:8041/api/v1/files"
        let id: String = try await eventually("the file is listed") {
          let process = try shell.start(list)
          try await process.waitForEnd()
          return process.output.text.firstMatch(of: #/"file_id":"([0-9a-f]{64})"/#).map { String($0.1) }
        }
        let questions = Self.lines("curl")
        #expect(questions.count >= 5)
        for question in questions {
          let line = "curl -sSf" + question.dropFirst(4).replacing("<file_id>", with: id)
          if question.contains(" -N ") {
            let process = try shell.start(line)
            try await process.output.line("an event") { $0.hasPrefix("event:") }
            try await process.end()
          } else {
            _ = try await shell.run(line)
          }
        }
        #expect(shell.text("notes.txt") == "hello" && shell.text("big.iso") == "hello")
      }
    }
  }

  /// Told to connect to nobody, ssh says what it would do.
  @Test(.enabled(if: Shell.has("ssh"))) func `ssh understands each tunnel`() async throws {
    let tunnels = Self.lines("ssh")
    #expect(tunnels.count == 2)
    for tunnel in tunnels {
      let words = tunnel.split(separator: " ").dropFirst().map(String.init)
      let (status, output, errors) = try await ChildProcess.run("ssh", ["-G"] + words)
      #expect(status == 0, "\(errors)")
      let ports = tunnel.matches(of: #/-[LR] (\d+):localhost:(\d+)/#)
      #expect(!ports.isEmpty && ports.allSatisfy { $0.1 == $0.2 })
      #expect(output.count { $0.contains("forward ") && $0.contains("localhost") } == ports.count)
    }
  }

  @Test(.enabled(if: Shell.has("tmux"))) func `tmux understands its settings`() async throws {
    let settings = try Self.block(with: "set -g mouse")
    try await withNeighbourhood { neighbourhood in
      let file = neighbourhood.directory.appending(path: "tmux.conf")
      try Data(settings.utf8).write(to: file)
      let socket = neighbourhood.directory.appending(path: "tmux").path
      let (status, output, errors) = try await ChildProcess.run(
        "tmux",
        ["-S", socket, "-f", "/dev/null", "start-server", ";", "source-file", file.path, ";"]
          + ["show-options", "-g", "mouse", ";", "kill-server"])
      #expect(status == 0 && errors == [])
      #expect(output == ["mouse on"])
    }
  }
}
