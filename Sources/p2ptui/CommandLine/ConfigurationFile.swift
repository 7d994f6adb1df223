import ArgumentParser
import Foundation
import Yams

/// The configuration file: YAML, with the names of the options (`theme: light`, `bootstrap: [a:1, b:2]`,
/// `ascii: yes`), and `keys:`, which gives actions other keys (`fetch: [g, F5]`).
struct ConfigurationFile: Sendable {
  /// Why a file was refused, and where: one line.
  struct Mistake: Error, CustomStringConvertible {
    let description: String
  }

  /// Bytes of a file; what is longer is something else.
  static let longest = 64 * 1024

  /// The settings, as arguments in front of those of the command line, by the option's name.
  private(set) var arguments: [(option: String, arguments: [String])] = []
  private(set) var keys = KeyTable()

  /// Nothing is set.
  init() {}

  /// - Parameter path: of the file; `nil` looks where it usually lies, and finds nothing wrong with none.
  /// - Throws: `Mistake`.
  init(path: String?, environment: [String: String]) throws {
    let usual = Self.usualPath(environment)
    if path == nil, !FileManager.default.fileExists(atPath: usual) {
      self.init()
    } else {
      try self.init(reading: path ?? usual)
    }
  }

  private init(reading path: String) throws {
    func refusal(_ why: String) -> Mistake {
      Mistake(description: "cannot read the configuration file \(path): \(why)")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw refusal(String(cString: strerror(errno)).lowercased()) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // What can be opened and not read is a directory.
    guard let data = try? file.read(upToCount: Self.longest + 1) ?? Data() else {
      throw refusal("it is no file")
    }
    guard data.count <= Self.longest else {
      throw Mistake(description: "\(path): longer than \(Self.longest) bytes")
    }
    try self.init(text: String(decoding: data, as: UTF8.self), path: path)
  }

  /// - Parameter path: how mistakes name the file.
  init(text: String, path: String) throws {
    do {
      try take(try compose(yaml: text))
    } catch let error as Unfit {
      let line = error.line.map { ", line \($0)" } ?? ""
      throw Mistake(description: "\(path)\(line): \(error.reason)")
    } catch let error as YamlError {
      let (line, reason) = Self.explain(error, in: text)
      throw Mistake(description: "\(path)\(line.map { ", line \($0)" } ?? ""): \(reason)")
    }
  }

  private mutating func take(_ root: Node?) throws {
    guard let root, root.scalar?.string != "" else { return }
    guard let settings = root.mapping else {
      throw Unfit(root, "settings are written as name: value, such as theme: light")
    }
    var places: [Node] = []
    for (name, value) in settings {
      let option = name.scalar?.string ?? ""
      if option == "keys" {
        keys = try Self.keys(value)
      } else if let words = try Self.words(option, name, value) {
        arguments.append((option, words))
        places.append(value)
      }
    }
    try check(places)
  }

  static func usualPath(_ environment: [String: String]) -> String {
    let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    return (base ?? UserHome.path(environment) + "/.config") + "/p2ptui/config"
  }

  /// The command line with the settings in front of it, so that it wins; what it repeats (`--bootstrap`) is
  /// left out.
  func completing(_ commandLine: [String]) -> [String] {
    let said = Set(commandLine.map { String($0.prefix { $0 != "=" }) })
    return arguments.filter { !said.contains("--" + $0.option) }.flatMap(\.arguments) + commandLine
  }

  // MARK: Settings

  private struct Unfit: Error {
    var line: Int?
    var reason: String

    init(_ node: Node?, _ reason: String) {
      line = node?.mark?.line
      self.reason = reason
    }
  }

  /// A setting as the command line says it; `nil` if it says nothing.
  private static func words(_ option: String, _ name: Node, _ value: Node) throws -> [String]? {
    guard let setting = OptionHelp.settings.first(where: { $0.name == option }) else {
      throw Unfit(name, "there is no setting '\(option)'; p2ptui --print-config lists them")
    }
    let values = try texts(value)
    if setting.isFlag {
      guard let yes = values.first.flatMap(truth), values.count == 1 else {
        throw Unfit(value, "\(option) is yes or no")
      }
      return yes ? ["--" + option] : nil
    }
    guard values.count == 1 || setting.isRepeating && !values.isEmpty else {
      throw Unfit(value, "\(option) takes \(setting.isRepeating ? "a value or more" : "one value")")
    }
    return values.map { "--\(option)=\($0)" }
  }

  /// - Parameter places: of the settings, to tell with which of them the command line would no longer be taken.
  private func check(_ places: [Node]) throws {
    guard Self.mistake(arguments.flatMap(\.arguments)) != nil else { return }
    var words: [String] = []
    for (setting, place) in zip(arguments, places) {
      words += setting.arguments
      if let mistake = Self.mistake(words) { throw Unfit(place, mistake) }
    }
  }

  /// What the command line says of these words, if they are wrong.
  private static func mistake(_ words: [String]) -> String? {
    do {
      _ = try Arguments.parse(words + ["--print-config"]).options(environment: [:])
      return nil
    } catch {
      return Arguments.message(for: error)
    }
  }

  private static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "yes", "true", "on": true
    case "no", "false", "off": false
    default: nil
    }
  }

  /// One text or a list of them, exactly as written.
  private static func texts(_ node: Node) throws -> [String] {
    if let scalar = node.scalar { return [scalar.string] }
    guard let list = node.sequence else { throw Unfit(node, "one value, or a list of them") }
    return try list.map {
      guard let scalar = $0.scalar else { throw Unfit($0, "a list of values") }
      return scalar.string
    }
  }

  // MARK: Keys

  private static func keys(_ node: Node) throws -> KeyTable {
    if node.scalar?.string == "" { return KeyTable() }
    guard let mapping = node.mapping else {
      throw Unfit(node, "keys are written as action: key, such as fetch: g")
    }
    var wanted: [Intent: [Key]] = [:]
    var places: [Intent: Node] = [:]
    for (name, value) in mapping {
      let action = name.scalar?.string ?? ""
      guard let intent = Intent.allCases.first(where: { $0.name == action }) else {
        let all = Intent.allCases.map(\.name).joined(separator: ", ")
        throw Unfit(name, "there is no action '\(action)'. There are \(all)")
      }
      wanted[intent] = try texts(value).map { text in
        if let key = Key(name: text) { return key }
        throw Unfit(
          value, "there is no key '\(text)'. Keys are characters, C-x, M-x, F1, Space, Enter, PgUp, …")
      }
      places[intent] = name
    }
    let table = KeyTable().rebound(wanted)
    if let (key, intents, pane) = table.conflict {
      throw Unfit(
        intents.lazy.compactMap { places[$0] }.first,
        "\(key.name) would be \(intents[0].name) and \(intents[1].name) in the pane \(pane.title)")
    }
    guard table.key(of: .quit) != nil else { throw Unfit(places[.quit], "quit needs a key") }
    return table
  }

  /// What the parser says: the line if it knows one, and one line of text.
  private static func explain(_ error: YamlError, in text: String) -> (line: Int?, reason: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return (mark.line, problem)
    case .duplicatedKeysInMapping(let names, _):
      let name = names.sorted()[0]
      let quotes = CharacterSet(charactersIn: " \"'")
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      let places = lines.filter { $1.prefix { $0 != ":" }.trimmingCharacters(in: quotes) == name }
      return (places.dropFirst().first.map { $0.offset + 1 }, "\(name) is there twice")
    default:
      return (nil, "\(error)".split(separator: "\n").first.map(String.init) ?? "no YAML")
    }
  }
}
