/// The lists and examples of the man page as Markdown, so that one reader does for all manuals.
struct ManPage {
  private let lines: [String]

  init(_ text: String) { lines = text.split(separator: "\n").map(String.init) }

  var markdown: String {
    let tables = [("keys", "key"), ("options", "option"), ("commands", "command")].map { list, head in
      "| \(head) |\n| --- |\n" + items(of: list).map { "| \($0) |\n" }.joined()
    }
    return (tables + examples).joined(separator: "\n")
  }

  /// What the entries of a list are about.
  private func items(of list: String) -> [String] {
    let part =
      list == "options"
      ? part(from: ".Sh OPTIONS") { $0.hasPrefix(".Sh ") }
      : part(from: ".\\\" begin \(list)") { $0.hasPrefix(".\\\" end") }
    return part.filter { $0.hasPrefix(".It ") }.map {
      let words = Self.plain($0).split(separator: " ").dropFirst(2).map(String.init)
      switch list {
      case "keys": return words.filter { $0 != "," }.map { "`\($0)`" }.joined(separator: " ")
      case "options":
        // Of `-h, --help`, the long one.
        let option = words.split(separator: ",").last?.filter { $0 != "Ar" } ?? []
        return "`-" + option.joined(separator: " ").replacing("|", with: "\\|") + "`"
      default: return "`" + Self.usage(words).replacing("|", with: "\\|") + "`"
      }
    }
  }

  /// `move <file> first|up`, from `move Ar file Cm first Ns | Ns Cm up`.
  private static func usage(_ words: [String]) -> String {
    var usage = ""
    var (isGlued, isOptional, isArgument) = (true, false, false)
    for word in words {
      switch word {
      case "Op": isOptional = true
      case "Ar": isArgument = true
      case "Cm": break
      case "Ns": isGlued = true
      case "|", "...": usage += word == "|" ? word : "…"
      default:
        usage += (isGlued ? "" : " ") + (isOptional ? "[\(word)]" : isArgument ? "<\(word)>" : word)
        (isGlued, isOptional, isArgument) = (false, false, false)
      }
    }
    return usage
  }

  /// `.Bd` to `.Ed`, and `.Dl`.
  private var examples: [String] {
    var blocks = lines.filter { $0.hasPrefix(".Dl ") }.map { [String($0.dropFirst(4))] }
    for (number, line) in lines.enumerated() where line.hasPrefix(".Bd ") {
      blocks.append(Array(lines[(number + 1)...].prefix { $0 != ".Ed" }))
    }
    return blocks.map { block in
      let isSettings = block[0].contains(#/^[a-z-]+: /#)
      return "```\(isSettings ? "yaml" : "")\n" + block.joined(separator: "\n") + "\n```\n"
    }
  }

  private func part(from begin: String, until isEnd: (String) -> Bool) -> ArraySlice<String> {
    lines.drop { $0 != begin }.dropFirst().prefix { !isEnd($0) }
  }

  private static func plain(_ line: String) -> String {
    line.replacing("\\&", with: "").replacing("\\-", with: "-").replacing("\\e", with: "\\")
  }
}
