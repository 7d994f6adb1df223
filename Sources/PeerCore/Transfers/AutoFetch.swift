/// Whether the files that are fetched by themselves after the start have been (PROTOCOL.md, "Messages": timings).
enum AutoFetch: Equatable {
  case notStarted
  case waiting(until: Int64)
  case done
}

extension PeerState {
  /// Waits for the first replies, then fetches a few missing files, once.
  mutating func runAutoFetch() {
    guard case .waiting(let until) = autoFetch, now.uptime >= until else { return }
    guard catalogue.remoteCount > 0 else { return }
    autoFetch = .done
    let missing = Array(catalogue.table.lazy.filter { $0.record.state == .remote }.map(\.record.entry.id))
    for id in missing.filter({ arriving[$0] == nil }).shuffled(using: &random).prefix(settings.autoFetch) {
      _ = enqueueDownload(id)
    }
  }
}
