import ArgumentParser
import Foundation

/// An argument or option as the command line declares it: the configuration file and its sample, and the manual, know
/// options from here only.
struct OptionHelp: Sendable {
  enum Kind: String, Sendable, Decodable { case positional, option, flag }

  let name: String
  let kind: Kind
  let isRepeating: Bool
  /// What help calls it, or its value.
  let valueName: String
  /// Where help lists it; empty for what belongs to no part.
  let section: String
  let text: String

  /// It takes no value; the configuration file says yes or no.
  var isFlag: Bool { kind == .flag }

  /// In the order of help.
  static let all: [OptionHelp] = {
    // The parser tells this as JSON only, under a name with an underscore.
    let dump = try? JSONDecoder().decode(Dump.self, from: Data(Arguments._dumpHelp().utf8))
    return (dump?.command.arguments ?? []).map { argument in
      OptionHelp(
        name: argument.preferredName?.name ?? argument.valueName ?? "", kind: argument.kind,
        isRepeating: argument.isRepeating, valueName: argument.valueName ?? "",
        section: argument.sectionTitle ?? "", text: argument.abstract ?? "")
    }
  }()

  /// Those that a configuration file takes: all but what names the file itself, and what starts no peer.
  static let settings = all.filter {
    $0.kind != .positional && !["config", "demo", "print-config", "help", "version"].contains($0.name)
  }

  private struct Dump: Decodable {
    struct Command: Decodable { let arguments: [Argument] }
    struct Argument: Decodable {
      struct Name: Decodable { let name: String }
      let kind: Kind
      let isRepeating: Bool
      let preferredName: Name?
      let valueName, sectionTitle, abstract: String?
    }
    let command: Command
  }
}
