import Foundation
import PeerCore
import PeerEngine
import TestSupport
import Testing

@testable import p2ptui

private func commands(_ client: FakeClient) -> Commands {
  Commands(client: client, workingDirectory: "/work dir", homeDirectory: "/home/me")
}

private let two = snapshot(
  [
    file("aaaa1111", "notes.txt", owner: "alice", stored: "notes.txt"),
    file("aaaa2222", "song.ogg", owner: "bob", size: 3 << 20, holders: [1]),
  ], peers: [peer(1, "bob")])

@Suite struct CommandWordsTests {
  @Test(arguments: [
    ("", []), ("   ", []), ("list", ["list"]), ("  get   a  ", ["get", "a"]),
    ("push 'a b' \"c d\" e\\ f", ["push", "a b", "c d", "e f"]),
    (#"push "a\"b\\c\d""#, ["push", #"a"b\c\d"#]),
    (#"push 'a\b'c"d""#, ["push", #"a\bcd"#]),
    ("get ''", ["get", ""]), ("get a\\", ["get", "a\\"]), ("get ж日本", ["get", "ж日本"]),
  ])
  func `quotes and backslashes keep words together, as in a shell`(line: String, words: [String]) throws {
    #expect(try CommandWord.split(line).map(\.text) == words)
  }

  @Test func `an open quote is an error`() {
    #expect(throws: CommandWord.Unterminated.self) { try CommandWord.split("get 'a") }
  }

  @Test func `only an unquoted tilde is home`() throws {
    #expect(try CommandWord.split("~/a '~/b' \\~/c").map(\.hasTilde) == [true, false, false])
  }

  @Test(arguments: ["plain", "with space", "it's", "say \"hi\"", "back\\slash", "~tilde", "a'b\"c d"])
  func `what is quoted reads back`(text: String) throws {
    for quote: Character? in [nil, "'", "\""] {
      #expect(try CommandWord.split(CommandWord.quoted(text, with: quote)).map(\.text) == [text])
    }
  }
}

@Suite struct CommandsTests {
  @Test func `list shows files in aligned columns`() async {
    let output = await commands(FakeClient(two)).run("list")
    #expect(
      output.lines == [
        "ID        STATE      SIZE  HOLDERS  OWNER  NAME",
        "aaaa1111  local      17 B        0  alice  notes.txt",
        "aaaa2222  remote  3.0 MiB        1  bob    song.ogg",
        "2 files, 1 here",
      ])
    #expect(!output.failed && output.leave == nil)
  }

  @Test func `list takes words that must all occur`() async {
    let output = await commands(FakeClient(two)).run("LIST song bob")
    #expect(output.lines.count == 3)
    #expect(output.lines.last == "1 of 2 files")
  }

  @Test func `text from the network is made harmless`() async {
    let hostile = snapshot([file("bb", "a\u{1B}[2J\n\u{202E}b", owner: "\u{07}")])
    let text = await commands(FakeClient(hostile)).run("list").lines.joined(separator: "\n")
    #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}") && !text.contains("\u{07}"))
    #expect(text.split(separator: "\n").count == 3)
  }

  @Test func `wide characters keep columns straight`() async {
    let wide = snapshot([
      file("aa", "x", owner: "日本"), file("bb", "y", owner: "abcd"),
    ])
    let lines = await commands(FakeClient(wide)).run("list").lines
    #expect(lines[1].hasSuffix("日本   x") && lines[2].hasSuffix("abcd   y"))
  }

  @Test(arguments: [
    ("get aaaa2222", Command.get(id("aaaa2222"))), ("get AAAA2", .get(id("aaaa2222"))),
    ("get song.ogg", .get(id("aaaa2222"))), ("delete notes.txt", .delete(id("aaaa1111"))),
    ("forget aaaa1", .forget(id("aaaa1111"))), ("announce notes.txt", .announce(id("aaaa1111"))),
    ("pause song.ogg", .pause(id("aaaa2222"))), ("resume song.ogg", .resume(id("aaaa2222"))),
    ("cancel song.ogg", .cancel(id("aaaa2222"))), ("retry song.ogg", .retry(id("aaaa2222"))),
    ("gossip", .gossip(nil)),
    ("gossip localhost:8040", .gossip(Endpoint(host: "localhost", port: 8040))),
    ("push a.txt", .push(path: "/work dir/a.txt")), ("push ~/a.txt", .push(path: "/home/me/a.txt")),
    ("push '~/a.txt'", .push(path: "/work dir/~/a.txt")), ("push /etc/hosts", .push(path: "/etc/hosts")),
  ])
  func `a command about a file, a peer or a path reaches the peer as its order`(
    line: String, command: Command
  ) async {
    let client = FakeClient(two)
    let output = await commands(client).run(line)
    #expect(client.commands == [command])
    #expect(output.lines == ["done"] && !output.failed)
  }

  @Test func `every path is pushed, and failures are told`() async {
    let client = FakeClient(two) {
      $0 == .push(path: "/b") ? .failed("cannot read /b") : .done("shared")
    }
    let output = await commands(client).run("push /a /b /c")
    #expect(client.commands.count == 3)
    #expect(output.lines == ["shared", "shared", "cannot read /b"] && output.failed)
  }

  @Test func `several files are fetched, and those that are not found are told`() async {
    let client = FakeClient(two)
    let whole = id("aaaa2222").hex
    let output = await commands(client).run("get notes.txt aaaa \(whole) nothing")
    #expect(client.commands == [.get(id("aaaa1111")), .get(id("aaaa2222"))])
    #expect(output.failed)
    #expect(
      output.lines == [
        "done", "done",
        "'aaaa' is 2 files: name one by its id.; no file is called 'nothing'. Type list for the files.",
      ])
  }

  @Test func `words that are one file's name together are that name`() async {
    let client = FakeClient(snapshot([file("cc", "my notes.txt"), file("dd", "notes.txt")]))
    _ = await commands(client).run("get my notes.txt")
    #expect(client.commands == [.get(id("cc"))])
  }

  @Test func `an ambiguous prefix lists the candidates`() async {
    let client = FakeClient(two)
    let output = await commands(client).run("get aaaa")
    #expect(client.commands.isEmpty && output.failed)
    #expect(output.lines[1] == "aaaa1111  alice  notes.txt")
    #expect(output.lines[2] == "aaaa2222  bob    song.ogg")
    #expect(output.lines.last == "'aaaa' is 2 files: name one by its id.")
  }

  @Test func `candidates are bounded`() async {
    let many = snapshot((100..<200).map { file("aaaa\($0)", "same.txt") })
    let output = await commands(FakeClient(many)).run("get same.txt")
    #expect(output.lines.count == FileReference.candidates + 3)
    #expect(output.lines.contains("… and 90 more"))
  }

  @Test func `fewer than four characters are no prefix`() async {
    let client = FakeClient(two)
    let output = await commands(client).run("get aaa")
    #expect(client.commands.isEmpty)
    #expect(output.lines == ["no file is called 'aaa'. Type list for the files."])
  }

  @Test func `a name can be typed as it is shown`() async {
    let client = FakeClient(snapshot([file("cc", "a\u{1B}b.txt"), file("dd", "dir/x", stored: "x")]))
    _ = await commands(client).run("get a\u{241B}b.txt")
    _ = await commands(client).run("forget x")
    #expect(client.commands == [.get(id("cc")), .forget(id("dd"))])
  }

  @Test func `a file only a transfer knows can be named`() async {
    let transfer = TransferView(
      number: 1, direction: .down, file: id("eeee5"), fileName: "gone.bin", state: .failed)
    let client = FakeClient(snapshot(transfers: [transfer]))
    _ = await commands(client).run("cancel eeee5")
    #expect(client.commands == [.cancel(id("eeee5"))])
  }

  @Test(arguments: [
    ("lst", "unknown command 'lst'. Did you mean list?"),
    ("trans", "unknown command 'trans'. Did you mean transfers?"),
    ("hlep", "unknown command 'hlep'. Did you mean help?"),
    ("xyzzy", "unknown command 'xyzzy'. Type help for the commands."),
    ("\u{1B}[2J", "unknown command '␛[2J'. Type help for the commands."),
    ("get", "get needs a file. Usage: get <file>…"),
    ("delete my notes.txt", "delete takes one file; quote a name with spaces. Usage: delete <file>"),
    ("push", "push needs a path. Usage: push <path>…"),
    ("peers now", "peers takes no argument. Usage: peers"),
    ("gossip nowhere", "'nowhere' is not host:port, such as localhost:8040"),
    ("log many", "'many' is no number of lines. Usage: log [n]"),
    ("help me", "no command is called 'me'"), ("get 'a", "the quote ' is not closed"),
  ])
  func `mistakes are told in one line`(line: String, error: String) async {
    let client = FakeClient(two)
    let output = await commands(client).run(line)
    #expect(output.lines == [error] && output.failed)
    #expect(client.commands.isEmpty)
  }

  @Test func `peers tell when they were seen`() async {
    let lines = await commands(FakeClient(two)).run("peers").lines
    #expect(lines[1] == "bob   bob.test:8999  4 s ago      2         0")
  }

  @Test func `log tells the last lines`() async {
    let log = (1...50).map { LogEntry(seq: $0, time: 1_744_170_562_000, level: .info, text: "line \($0)") }
    let client = FakeClient(snapshot(log: log))
    #expect(await commands(client).run("log").lines.count == 20)
    #expect(await commands(client).run("log 1").lines == ["2025-04-09T03:49:22.000Z info    line 50"])
  }

  @Test func `help names every command`() async {
    let lines = await commands(FakeClient(two)).run("help").lines
    for name in CommandName.allCases { #expect(lines.contains { $0.hasPrefix(name.spec.usage + " ") }) }
    #expect(await commands(FakeClient(two)).run("help get").lines.first == "get <file>…")
  }

  @Test func `exit and quit leave the program`() async {
    #expect(await commands(FakeClient(two)).run("exit").leave == .exit)
    #expect(await commands(FakeClient(two)).run("quit").leave == .quit)
    #expect(await commands(FakeClient(two)).run("  ").lines.isEmpty)
  }

  @Test func `programs get the fields of the API`() async throws {
    let json = try #require(await commands(FakeClient(two)).answer("list song")?.json.text)
    #expect(
      json == """
        {"command":"list","ok":true,"files":[{"file_id":"\(id("aaaa2222").hex)","file_name":"song.ogg",\
        "file_size_bytes":3145728,"file_size":"3.0","file_timestamp":"1744170562","file_owner":"bob",\
        "state":"remote","local":false,"verified":false,"peers":["bob"]}],"total":1}
        """)
    let failure = try #require(await commands(FakeClient(two)).answer("get nothing")?.json.text)
    #expect(failure.hasPrefix(#"{"command":"get","ok":false,"error":"no file is called"#))
  }
}

@Suite struct QueueCommandsTests {
  private static let id = FileReference.idRange(prefix: "aaaa2222")!.lowerBound

  @Test(arguments: [
    ("move song.ogg first", Command.move(id, .first)), ("MOVE aaaa2222 Down", .move(id, .down)),
    ("priority song.ogg high", .prioritise(id, .high)),
    ("limit down 2M", .limit(.down, bytesPerSecond: 2 << 20)),
    ("limit up 500K/s", .limit(.up, bytesPerSecond: 500 << 10)),
    ("limit up none", .limit(.up, bytesPerSecond: nil)),
    ("slots down 8", .slots(.down, 8)),
  ])
  func `a command about the queue and its limits reaches the peer as its order`(
    line: String, command: Command
  ) async {
    let client = FakeClient(two)
    let output = await commands(client).run(line)
    #expect(!output.failed)
    #expect(client.commands == [command])
  }

  @Test(arguments: [
    "move song.ogg", "move song.ogg sideways", "move", "priority song.ogg urgent", "limit down",
    "limit down fast",
    "limit sideways 2M", "slots down many", "slots 3",
  ])
  func `what is not understood is refused with the usage`(line: String) async {
    let client = FakeClient(two)
    let answer = await commands(client).answer(line)
    #expect(answer?.error?.contains("Usage: ") == true)
    #expect(client.commands.isEmpty)
  }
}

@Suite struct CommandCompletionTests {
  private func complete(_ line: String, _ snapshot: Snapshot = two) async -> Completions {
    await commands(FakeClient(snapshot)).complete(line, cursor: line.count)
  }

  @Test func `commands complete`() async {
    #expect(
      await complete("p") == Completions(range: 0..<1, candidates: ["peers", "push", "pause", "priority"]))
    #expect(await complete("move song.ogg ").candidates == ["first", "up", "down", "last"])
    #expect(await complete("limit d").candidates == ["down"])
    #expect(await complete("help qu") == Completions(range: 5..<7, candidates: ["quit"]))
    #expect(await complete("").candidates.count == CommandName.allCases.count)
  }

  @Test func `only what stands before the cursor counts`() async {
    let found = await commands(FakeClient(two)).complete("get notes", cursor: 2)
    #expect(found == Completions(range: 0..<2, candidates: ["get"]))
  }

  @Test func `files complete by name and id`() async {
    #expect(await complete("get so") == Completions(range: 4..<6, candidates: ["song.ogg"]))
    #expect(await complete("get aaaa") == Completions(range: 4..<8, candidates: ["aaaa2222"]))
    #expect(await complete("delete ") == Completions(range: 7..<7, candidates: ["notes.txt"]))
    #expect(await complete("gossip b").candidates == ["bob.test:8999"])
  }

  @Test func `names with spaces are quoted like the word`() async {
    let spaced = snapshot([file("ab", "my song.ogg")])
    #expect(await complete("get my", spaced).candidates.map(\.text) == ["my\\ song.ogg"])
    #expect(await complete("get 'my s", spaced) == Completions(range: 4..<9, candidates: ["'my song.ogg'"]))
  }

  @Test func `a name that several files have is offered as ids`() async {
    let same = snapshot([file("abc1", "x.txt"), file("abc2", "x.txt")])
    #expect(await complete("get x", same).candidates.map(\.text) == ["abc10000", "abc20000"])
  }

  @Test func `paths complete`() async throws {
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(
        at: directory.appending(path: "sub dir"), withIntermediateDirectories: false)
      for name in ["a one.txt", ".hidden"] { try Data().write(to: directory.appending(path: name)) }
      let here = Commands(
        client: FakeClient(two), workingDirectory: directory.path, homeDirectory: directory.path)
      #expect(
        await here.complete("push ", cursor: 5).candidates.map(\.text) == ["sub\\ dir/", "a\\ one.txt"])
      #expect(await here.complete("push ~/s", cursor: 8).candidates.map(\.text) == ["~/sub\\ dir/"])
      #expect(await here.complete("push x 'a", cursor: 9).candidates.map(\.text) == ["'a one.txt'"])
      #expect(await here.complete("push .", cursor: 6).candidates.map(\.text) == [".hidden"])
      #expect(await here.complete("push \(directory.path)/a", cursor: 99).candidates.count == 1)
    }
  }
}
