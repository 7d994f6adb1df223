/// The transfers that people are shown: those that run or wait, and for a while those that have ended.
extension PeerState {
  mutating func remember(_ view: TransferView) {
    ended.append(view)
    if ended.count > limits.endedTransfers { ended.removeFirst() }
  }

  /// Earlier downloads of a file are not shown beside a new one.
  mutating func forgetEnded(_ file: FileID) {
    ended.removeAll { $0.file == file && $0.direction == .down }
  }

  mutating func forgetEndedTransfers() {
    while let first = ended.first?.ended, now.uptime - first >= limits.endedTransferAge {
      ended.removeFirst()
    }
  }

  var transferViews: [TransferView] {
    func name(_ id: FileID) -> String { catalogue[id]?.entry.name ?? id.short }
    return downloads.views(name: name)
      + uploads.values.map { $0.view(name: name($0.file)) } + ended
  }
}
