import PeerCore
import PeerEngine

/// What the command line asked for, checked and in plain values.
struct Options: Sendable, Equatable {
  /// What becomes of the peer when the terminal goes away.
  enum Hangup: String, Sendable, CaseIterable { case quit, serve }

  /// Three neighbours in this process, and a peer that joins them.
  var demo = false
  /// Empty only with `demo`, which names its own.
  var peerID = ""
  var host = "localhost"
  /// 0 is any free port.
  var p2pPort = 0
  /// 0 is any free port, `nil` no page.
  var httpPort: Int? = 0
  var bind: String?
  var httpBind: String?
  /// Visitors of the page may download the files that are here.
  var shareHttp = false
  /// `nil` where none was named: the working directory, or for `demo` a temporary one.
  var home: String?
  var settings = Settings()
  var logLevel = LogLevel.info
  var logFile: String?
  /// No screen: commands from standard input, answers on standard output.
  var headless = false
  /// Headless answers and log as JSON lines; implies `headless`.
  var json = false
  /// `nil` where nobody chose: the screen looks at the terminal.
  var theme: ThemeName?
  var ascii = false
  var mouse = true
  var onHangup = Hangup.quit
  /// As the configuration file wants them.
  var keys = KeyTable()

  func engineConfiguration() -> EngineConfiguration {
    EngineConfiguration(
      peerID: peerID, host: host, p2pPort: p2pPort, httpPort: httpPort, bind: bind, httpBind: httpBind,
      home: home ?? ".", settings: settings, logLevel: logLevel, logFile: logFile)
  }
}
