enum Pane: Int, Sendable, CaseIterable {
  case files, peers, log, transfers

  var title: String {
    switch self {
    case .files: "Files"
    case .peers: "Peers"
    case .log: "Log"
    case .transfers: "Transfers"
    }
  }

  /// The key that leads there.
  var number: Int { rawValue + 1 }

  /// Whether a line of column heads stands above its rows.
  var hasColumns: Bool { self != .log }
}
