import ArgumentParser
import PeerCore

/// The command line: the original system's four arguments in the same order, and options. Every
/// option is optional here, so that a default stands in one place only: `Options` and `Settings`.
struct Arguments: ParsableArguments {
  @Argument(help: ArgumentHelp("What this peer calls itself on the network.", valueName: "peer_id"))
  var peerID: String?

  @Argument(help: "What others are told to connect to; also where to listen.")
  var host: String?

  @Argument(
    help: ArgumentHelp("The port for other peers; 0 takes any free one.", valueName: "p2p_port"),
    transform: port)
  var p2pPort: Int?

  @Argument(
    help: ArgumentHelp("The port of the page; 0 takes any free one.", valueName: "http_port"),
    transform: port)
  var httpPort: Int?

  @Flag(help: "Three neighbours in this process, on loopback; a peer that joins them.")
  var demo = false

  @Flag(help: "Print the configuration as a file with all settings and keys, commented; start nothing.")
  var printConfig = false

  @OptionGroup(title: "Network")
  var network: NetworkArguments

  @OptionGroup(title: "Files")
  var files: FileArguments

  @OptionGroup(title: "Timing")
  var timing: TimingArguments

  @OptionGroup(title: "Screen and log")
  var shell: ShellArguments

  @Sendable static func port(_ text: String) throws -> Int { try Quantity.count(text, in: 0...65535) }
}

struct NetworkArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Whom to greet first; may be repeated; none for nobody. (default: the four well-known peers)",
      valueName: "host:port"),
    transform: Bootstrap.init(parsing:))
  var bootstrap: [Bootstrap] = []

  @Option(help: ArgumentHelp("Where to listen. (default: <host>)", valueName: "addr"))
  var bind: String?

  @Option(help: ArgumentHelp("Where the page listens. (default: <host>)", valueName: "addr"))
  var httpBind: String?

  @Flag(help: "Serve no page.")
  var noHttp = false

  @Flag(help: "Let visitors of the page download the files that are here.")
  var shareHttp = false

  @Option(
    help: ArgumentHelp(
      "Whose DELETE is honoured: owner-address, any or none. (default: owner-address)", valueName: "whose"),
    completion: choices(TrustDeletes.self), transform: { try choice($0) })
  var trustDeletes: TrustDeletes?
}

struct FileArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Holds files/ (everything shared and received) and .p2ptui/. (default: .)", valueName: "dir"),
    completion: .directory)
  var home: String?

  @Option(
    help: ArgumentHelp("Missing files to fetch after the start. (default: 3)", valueName: "n"),
    transform: { try Quantity.count($0, in: 0...10_000) })
  var autoFetch: Int?

  @Option(
    help: ArgumentHelp("Downloads at once. (default: 3)", valueName: "n"),
    transform: { try Quantity.count($0, in: 1...Limits().slots) })
  var downloads: Int?

  @Option(
    help: ArgumentHelp("Uploads at once. (default: 16)", valueName: "n"),
    transform: { try Quantity.count($0, in: 1...Limits().slots) })
  var uploads: Int?

  @Option(
    help: ArgumentHelp("Bytes a second received, such as 2M, or none. (default: none)", valueName: "rate"),
    transform: Quantity.rateBound)
  var limitDown: Bound?

  @Option(
    help: ArgumentHelp("Bytes a second sent, such as 500K/s, or none. (default: none)", valueName: "rate"),
    transform: Quantity.rateBound)
  var limitUp: Bound?

  @Option(
    help: ArgumentHelp("The largest file taken, in bytes. (default: 16G)", valueName: "size"),
    transform: Quantity.bytes)
  var maxFileSize: UInt64?

  @Option(
    help: ArgumentHelp("The most bytes that files/ may hold, or none. (default: none)", valueName: "size"),
    transform: Quantity.bound)
  var quota: Bound?

  @Option(
    help: ArgumentHelp("Take files that others push here: yes or no. (default: yes)", valueName: "yes|no"),
    completion: choices(YesNo.self), transform: { try choice($0) })
  var acceptPush: YesNo?
}

struct TimingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Seconds to wait for replies before fetching. (default: 10)", valueName: "s"),
    transform: { try Quantity.milliseconds($0, least: 0) })
  var syncDelay: Int64?

  @Option(
    help: ArgumentHelp("Seconds between two GOSSIPs. (default: 30)", valueName: "s"),
    transform: { try Quantity.milliseconds($0, least: 10) })
  var gossipInterval: Int64?

  @Option(
    help: ArgumentHelp("Random peers that a GOSSIP goes to. (default: 3)", valueName: "n"),
    transform: { try Quantity.count($0, in: 1...64) })
  var gossipFanout: Int?

  @Option(
    help: ArgumentHelp("Seconds after which a silent peer is dropped. (default: 60)", valueName: "s"),
    transform: { try Quantity.milliseconds($0, least: 10) })
  var peerTimeout: Int64?

  @Option(
    help: ArgumentHelp("Seconds between two searches for silent peers. (default: 10)", valueName: "s"),
    transform: { try Quantity.milliseconds($0, least: 10) })
  var cleanupInterval: Int64?
}

struct ShellArguments: ParsableArguments {
  @Flag(help: "No screen: commands from standard input, answers on standard output, log on standard error.")
  var headless = false

  @Flag(help: "Headless, with answers and log as JSON lines.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "The least level logged: debug, info, warning or error. (default: info)", valueName: "level"),
    completion: choices(LogLevel.self), transform: { try choice($0) })
  var logLevel: LogLevel?

  @Option(
    help: ArgumentHelp("Where the log goes. (default: .p2ptui/peer.log in the home)", valueName: "path"),
    completion: .file())
  var logFile: String?

  @Option(
    help: ArgumentHelp(
      "dark, light, mono or high-contrast. (default: by the terminal; mono if NO_COLOR is set)",
      valueName: "theme"),
    completion: choices(ThemeName.self), transform: { try choice($0) })
  var theme: ThemeName?

  @Flag(help: "Draw with ASCII characters only.")
  var ascii = false

  @Flag(help: "Leave the mouse to the terminal.")
  var noMouse = false

  @Option(
    help: ArgumentHelp(
      "When the terminal goes away: quit, or serve on without a screen. (default: quit)",
      valueName: "quit|serve"),
    completion: choices(Options.Hangup.self), transform: { try choice($0) })
  var onHangup: Options.Hangup?

  @Option(
    help: ArgumentHelp(
      "A file of settings with the names of these options, and keys. (default: ~/.config/p2ptui/config)",
      valueName: "path"),
    completion: .file())
  var config: String?
}

enum YesNo: String, CaseIterable { case yes, no }

enum Bootstrap: Sendable, Equatable {
  case nobody
  case peer(Endpoint)

  @Sendable init(parsing text: String) throws {
    if text == "none" {
      self = .nobody
    } else if let endpoint = Endpoint(parsing: text) {
      self = .peer(endpoint)
    } else {
      throw Quantity.Mistake(description: "HOST:PORT with a port of 1 to 65535, or none")
    }
  }
}

/// What shells complete: a type's raw values.
private func choices<Value: RawRepresentable<String> & CaseIterable>(_: Value.Type) -> CompletionKind {
  .list(Value.allCases.map(\.rawValue))
}

/// One of a type's raw values; otherwise an error that lists them.
private func choice<Value: RawRepresentable<String> & CaseIterable>(_ text: String) throws -> Value {
  if let value = Value(rawValue: text) { return value }
  throw Quantity.Mistake(
    description: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
}
