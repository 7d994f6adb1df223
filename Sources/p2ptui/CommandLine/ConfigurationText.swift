import PeerCore
import Yams

/// Options as a configuration file with all settings and keys, and what they mean. What is as usual stands there
/// commented out, so that it follows a later version's usual; where nothing is usual, an example does.
enum ConfigurationText {
  /// Columns of a comment.
  private static let width = 78

  static func of(_ options: Options) -> String {
    ([head] + settings(options) + [keys(options.keys)]).joined(separator: "\n")
  }

  private static let head = comment(
    """
    The configuration of p2ptui; usually ~/.config/p2ptui/config.

    What is commented out is the default, or an example where there is none. Options of the command line win. \
    What may be given again and again is a list here, in brackets. Sizes and rates are in bytes, with K, M, G \
    or T in powers of 1024; times are in seconds and may have a fraction.

    p2ptui --print-config prints this with what is set, and p2ptui(1) tells more.
    """)

  private static func settings(_ options: Options) -> [String] {
    var section = ""
    return OptionHelp.settings.map { option in
      let heading = option.section == section ? "" : comment(option.section.uppercased()) + "\n"
      section = option.section
      return heading + comment(option.text) + setting(option.name, in: options)
    }
  }

  private static func setting(_ name: String, in options: Options) -> String {
    let (value, usual) = (values(of: name, in: options), values(of: name, in: Options()))
    if value != usual { return line(name, value) }
    return "#" + line(name, usual.isEmpty ? [example(of: name)] : usual)
  }

  // MARK: Values

  /// As the command line would say them; none if nothing is set.
  static func values(of option: String, in options: Options) -> [String] {
    let settings = options.settings
    return switch option {
    case "bootstrap": settings.bootstrap.isEmpty ? ["none"] : settings.bootstrap.map(\.description)
    case "bind": [options.bind].compactMap(\.self)
    case "http-bind": [options.httpBind].compactMap(\.self)
    case "no-http": [yesNo(options.httpPort == nil)]
    case "share-http": [yesNo(options.shareHttp)]
    case "trust-deletes": [settings.trustDeletes.rawValue]
    case "home": [options.home].compactMap(\.self)
    case "auto-fetch": [String(settings.autoFetch)]
    case "downloads": [String(settings.downloads)]
    case "uploads": [String(settings.uploads)]
    case "limit-down": [Bound(settings.limitDown).text]
    case "limit-up": [Bound(settings.limitUp).text]
    case "max-file-size": [Quantity.text(bytes: settings.maxFileSize)]
    case "quota": [Bound(settings.quota).text]
    case "accept-push": [yesNo(settings.acceptPush)]
    case "sync-delay": [Quantity.text(milliseconds: settings.syncDelay)]
    case "gossip-interval": [Quantity.text(milliseconds: settings.gossipInterval)]
    case "gossip-fanout": [String(settings.gossipFanout)]
    case "peer-timeout": [Quantity.text(milliseconds: settings.peerTimeout)]
    case "cleanup-interval": [Quantity.text(milliseconds: settings.cleanupInterval)]
    default: shellValues(of: option, in: options)
    }
  }

  private static func shellValues(of option: String, in options: Options) -> [String] {
    switch option {
    case "headless": [yesNo(options.headless)]
    case "json": [yesNo(options.json)]
    case "log-level": [options.logLevel.rawValue]
    case "log-file": [options.logFile].compactMap(\.self)
    case "theme": [options.theme?.rawValue].compactMap(\.self)
    case "ascii": [yesNo(options.ascii)]
    case "no-mouse": [yesNo(!options.mouse)]
    case "on-hangup": [options.onHangup.rawValue]
    default: []
    }
  }

  /// Where a default can't be written, a value that means something on most machines.
  private static func example(of option: String) -> String {
    switch option {
    case "bind": "0.0.0.0"
    case "http-bind": "127.0.0.1"
    case "home": "~/p2ptui"
    case "log-file": "~/p2ptui/peer.log"
    case "theme": ThemeName.light.rawValue
    default: ""
    }
  }

  private static func yesNo(_ value: Bool) -> String { (value ? YesNo.yes : .no).rawValue }

  // MARK: Keys

  private static func keys(_ table: KeyTable) -> String {
    var text =
      comment("KEYS")
      + comment(
        """

        Keys that do something else than usual, in place of all that an action has; [] is no key. They are \
        characters, C-x, M-x, F1 to F12, Space, Enter, Esc, Tab, S-Tab, Backspace, Del, Ins, Up, Down, Left, \
        Right, Home, End, PgUp, PgDn, C-Left and C-Right.
        """) + "\nkeys:\n"
    let usual = KeyTable()
    var last = ""
    for action in table.actions {
      if action.text != last { text += comment(action.text, indent: "  ") }
      last = action.text
      let isUsual = usual.keys(of: action.intent) == action.keys
      text += (isUsual ? "#" : "") + "  " + line(action.intent.name, action.keys.map(\.name), isList: true)
    }
    return text
  }

  // MARK: YAML

  /// `name: value`, with as many quotes as YAML needs, and the line's end.
  private static func line(_ name: String, _ values: [String], isList: Bool = false) -> String {
    let nodes = values.map { Node($0) }
    let value = nodes.count == 1 && !isList ? nodes[0] : Node(nodes, .implicit, .flow)
    // Nothing can fail in memory; -1 is a line of any length.
    return (try? serialize(node: Node([(Node(name), value)]), width: -1, allowUnicode: true)) ?? ""
  }

  private static func comment(_ text: String, indent: String = "") -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .flatMap { Fit.wrap(String($0), to: width - 2 - indent.count) }
      .map { $0.isEmpty ? "#\n" : "\(indent)# \($0)\n" }.joined()
  }
}
