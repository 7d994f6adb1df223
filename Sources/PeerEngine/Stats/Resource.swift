import PeerCore

/// Everything that can be asked for.
enum Resource: Equatable {
  case page
  case asset(Asset)
  case status, peers, files, transfers, log, events
  /// What is known of a file.
  case file(FileID)
  /// The file itself.
  case download(FileID)
  case metrics, health

  /// `nil` if the path leads nowhere.
  init?(path: String) {
    switch path {
    case "/": self = .page
    case "/api/v1/status": self = .status
    case "/api/v1/peers": self = .peers
    case "/api/v1/files": self = .files
    case "/api/v1/transfers": self = .transfers
    case "/api/v1/log": self = .log
    case "/api/v1/events": self = .events
    case "/metrics": self = .metrics
    case "/healthz": self = .health
    default:
      if let asset = Asset.all.first(where: { $0.path == path }) {
        self = .asset(asset)
      } else if let id = Self.id(in: path, after: "/api/v1/files/") {
        self = .file(id)
      } else if let id = Self.id(in: path, after: "/files/") {
        self = .download(id)
      } else {
        return nil
      }
    }
  }

  /// Grows with what others list.
  var isLong: Bool {
    switch self {
    case .page, .peers, .files, .transfers, .log: true
    default: false
    }
  }

  private static func id(in path: String, after prefix: String) -> FileID? {
    path.hasPrefix(prefix) ? FileID(hex: path.dropFirst(prefix.count)) : nil
  }
}
