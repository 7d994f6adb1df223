import PeerCore

/// Everything that can be asked for.
enum Resource: Equatable {
  case page, stylesheet, status, peers, files, file(FileID), transfers, log, health

  /// `nil` for a path that leads nowhere.
  init?(path: String) {
    switch path {
    case "/": self = .page
    case "/assets/style.css": self = .stylesheet
    case "/api/v1/status": self = .status
    case "/api/v1/peers": self = .peers
    case "/api/v1/files": self = .files
    case "/api/v1/transfers": self = .transfers
    case "/api/v1/log": self = .log
    case "/healthz": self = .health
    default:
      let files = "/api/v1/files/"
      guard path.hasPrefix(files), let id = FileID(hex: path.dropFirst(files.count)) else { return nil }
      self = .file(id)
    }
  }
}
