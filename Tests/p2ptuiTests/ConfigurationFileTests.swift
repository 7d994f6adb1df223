import Foundation
import TestSupport
import Testing

@testable import p2ptui

@Suite struct ConfigurationFileTests {
  private func options(_ text: String, _ commandLine: String...) throws -> Options {
    let file = try ConfigurationFile(text: text, path: "config")
    return try Arguments.parse(file.completing(["a", "h", "1", "2"] + commandLine)).options(environment: [:])
  }

  private func mistake(_ text: String) -> String {
    do {
      _ = try ConfigurationFile(text: text, path: "config")
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func `settings have the names of the options`() throws {
    let all = try options(
      """
      # how I like it
      theme: light
      bootstrap: [one:1, two:2]
      accept-push: no
      ascii: yes
      no-mouse: off
      limit-down: 2M
      gossip-interval: 1.5
      """)
    #expect(all.theme == .light && all.ascii && all.mouse && !all.settings.acceptPush)
    #expect(all.settings.bootstrap.map(\.host) == ["one", "two"] && all.settings.limitDown == 2_097_152)
    #expect(all.settings.gossipInterval == 1_500)
  }

  @Test func `the command line wins`() throws {
    let text = "theme: light\nbootstrap: none\ndownloads: 5\non-hangup: serve"
    let both = try options(text, "--theme", "mono", "--bootstrap", "there:3")
    #expect(both.theme == .mono && both.settings.bootstrap.map(\.host) == ["there"])
    #expect(both.settings.downloads == 5 && both.onHangup == .serve)
    #expect(try options(text, "--bootstrap=there:3").settings.bootstrap.count == 1)
  }

  @Test func `keys can be changed`() throws {
    let file = try ConfigurationFile(
      text: "keys:\n  fetch: [o, F5]\n  delete: C-x\n  page-up: Ctrl-U\n  follow: []", path: "config")
    #expect(file.keys.intent(of: .character("o"), in: .files) == .fetch)
    #expect(file.keys.intent(of: .function(5), in: .files) == .fetch)
    #expect(file.keys.intent(of: .character("f"), in: .files) == nil)
    #expect(file.keys.intent(of: .control("u"), in: .log) == .pageUp)
    #expect(file.keys.key(of: .delete) == .control("x") && file.keys.key(of: .follow) == nil)
    #expect(file.keys.hints(for: .files).first?.key == .character("o"))
  }

  @Test(arguments: [
    ("theme: pink", "config, line 1: The value 'pink' is invalid for '--theme <theme>': one of dark"),
    ("ascii: yes\ncolour: red", "config, line 2: there is no setting 'colour'"),
    ("demo: yes", "config, line 1: there is no setting 'demo'"),
    ("ascii: maybe", "config, line 1: ascii is yes or no"),
    ("theme: [a, [b]]", "config, line 1: a list of values"),
    ("just words", "config, line 1: settings are written as name: value"),
    ("keys: f", "config, line 1: keys are written as action: key"),
    ("keys:\n  fech: f", "config, line 2: there is no action 'fech'. There are up, down, page-up"),
    ("keys:\n  fetch: Hyper-f", "config, line 2: there is no key 'Hyper-f'."),
    ("keys:\n\n  fetch: D", "config, line 3: D would be fetch and delete in the pane Files"),
    ("keys:\n  quit: []", "config, line 2: quit needs a key"),
    ("theme: 'light", "config, line 1: found unexpected end of stream"),
    ("ascii: yes\n\ttheme: light", "config, line 2: found a tab character"),
    ("theme: light\nascii: no\ntheme: dark", "config, line 3: theme is there twice"),
    ("theme: light\n\"theme\" : dark", "config, line 2: theme is there twice"),
    ("theme:", "config, line 1: Missing value for '--theme <theme>'"),
    ("ascii: yes\ntheme: [light, dark]", "config, line 2: theme takes one value"),
    ("bootstrap: []", "config, line 1: bootstrap takes a value or more"),
    ("ascii: no\nbootstrap: [none, a:1]", "config, line 2: --bootstrap none and --bootstrap HOST:PORT"),
    ("no-http: yes\nshare-http: yes", "config, line 2: --share-http and --no-http exclude each other"),
    (
      "limit-up: 4095",
      "config, line 1: The value '4095' is invalid for '--limit-up <rate>': at least 4K a second"
    ),
    ("print-config: yes", "config, line 1: there is no setting 'print-config'"),
    ("limit-up: fast", "config, line 1: The value 'fast' is invalid for '--limit-up <rate>': a size is"),
  ])
  func `a mistake is told with its line`(text: String, start: String) {
    let told = mistake(text)
    #expect(told.hasPrefix(start) && !told.contains("\n"), "\(told)")
  }

  @Test(arguments: ["", "# nothing\n", "\n\n", "keys:"])
  func `a file without settings is fine`(text: String) {
    #expect(mistake(text) == "")
  }

  @Test func `the configuration file may be missing, unless it was named`() async throws {
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(
        at: directory.appendingPathComponent("p2ptui"), withIntermediateDirectories: false)
      let environment = ["XDG_CONFIG_HOME": directory.path]
      #expect(try ConfigurationFile(path: nil, environment: environment).arguments.isEmpty)
      for (path, why) in [("/none", "no such file or directory"), ("", "it is no file")] {
        let refusal = #expect(throws: ConfigurationFile.Mistake.self) {
          try ConfigurationFile(path: directory.path + path, environment: environment)
        }
        #expect(refusal?.description.hasSuffix(": \(why)") == true)
      }
      let usual = ConfigurationFile.usualPath(environment)
      #expect(usual == directory.path + "/p2ptui/config")
      #expect(ConfigurationFile.usualPath(["HOME": "/home/ann"]) == "/home/ann/.config/p2ptui/config")
      try Data("theme: dark\n".utf8).write(to: URL(fileURLWithPath: usual))
      #expect(try ConfigurationFile(path: nil, environment: environment).arguments.count == 1)
    }
  }

  @Test func `every key is read by its name`() {
    for key in Set(KeyTable().bindings.flatMap(\.keys)) { #expect(Key(name: key.name) == key) }
    #expect(Key(name: "") == nil && Key(name: "F13") == nil && Key(name: "C-") == nil)
    #expect(Key(name: "alt-x") == nil && Key(name: "M-x") == .alt("x") && Key(name: "pgdn") == .pageDown)
  }
}
