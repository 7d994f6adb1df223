import PeerCore

/// Everything that a peer has to be told before it starts.
public struct EngineConfiguration: Sendable {
  /// The program's version, as `--version`, the page and the API report it.
  public static let version = "0.1.0"

  /// What this peer calls itself; never empty.
  public var peerID: String
  /// The host that others are told, and that is listened on unless `bind` names another.
  public var host: String
  /// 0...65535; 0 takes any free port.
  public var p2pPort: Int
  /// 0...65535; 0 takes any free port, `nil` serves no page.
  public var httpPort: Int?
  /// Where to listen; `nil` means `host`.
  public var bind: String?
  /// Where the page listens; `nil` means `host`.
  public var httpBind: String?
  /// The directory that holds `files/` and `.p2ptui/`.
  public var home: String
  /// For the core.
  public var settings: Settings
  /// The least level that is logged.
  public var logLevel: LogLevel
  /// `nil` means `.p2ptui/peer.log` in the home.
  public var logFile: String?
  /// What the core's random choices follow from; `nil` takes a new one from the system.
  public var seed: UInt64?

  public init(
    peerID: String, host: String, p2pPort: Int, httpPort: Int? = nil, bind: String? = nil,
    httpBind: String? = nil, home: String = ".", settings: Settings = Settings(),
    logLevel: LogLevel = .info, logFile: String? = nil, seed: UInt64? = nil
  ) {
    self.peerID = peerID
    self.host = host
    self.p2pPort = p2pPort
    self.httpPort = httpPort
    self.bind = bind
    self.httpBind = httpBind
    self.home = home
    self.settings = settings
    self.logLevel = logLevel
    self.logFile = logFile
    self.seed = seed
  }
}
