/// A file on its way here: waits in the queue, asks one holder after the other, until the file is verified
/// and kept, or every holder has failed in every round (PROTOCOL.md, "Transfers").
struct Download {
  enum State: Equatable {
    case queued
    case fetching(AttemptID, from: PeerHandle)
    /// Its bytes verify; storage moves them into `files/`.
    case keeping(ArrivalID)
    /// Every holder failed; the next round begins at that `uptime`.
    case waiting(until: Int64)
    case paused
  }

  let number: UInt64
  let file: FileID
  var state = State.queued
  /// Holders that failed in this round.
  var failed: Set<PeerHandle> = []
  /// Rounds over all holders that have failed.
  var rounds = 0
  /// Holders asked so far.
  var tries = 0
  var peer: String?
  var bytes: UInt64 = 0
  var total: UInt64?
  var meter = RateMeter(at: 0)
  var error: String?

  init(number: UInt64, file: FileID) {
    self.number = number
    self.file = file
  }

  var attempt: AttemptID? {
    if case .fetching(let attempt, _) = state { attempt } else { nil }
  }

  var holder: PeerHandle? {
    if case .fetching(_, let holder) = state { holder } else { nil }
  }

  /// It occupies one of the slots of `--downloads`.
  var isRunning: Bool {
    switch state {
    case .fetching, .keeping: true
    case .queued, .waiting, .paused: false
    }
  }

  /// Milliseconds before the next round, doubling from `Limits.firstRetry`.
  func backOff(_ limits: Limits) -> Int64 {
    min(limits.longestRetry, limits.firstRetry << Int64(min(max(rounds - 1, 0), 16)))
  }

  func view(name: String) -> TransferView {
    var view = TransferView(
      number: number, direction: .down, file: file, fileName: name, peer: peer, state: .queued,
      bytes: bytes, total: total, tries: tries, error: error)
    switch state {
    case .queued: break
    case .fetching:
      view.state = .active
      view.rate = meter.rate
    case .keeping: view.state = .verifying
    case .waiting(let until): view.retryAt = until
    case .paused: view.state = .paused
    }
    return view
  }
}

/// A file on its way to another peer.
struct Upload {
  enum Cause: Equatable {
    /// A GET_FILE on that connection.
    case request(ConnectionID)
    /// Our own push, replicated to that peer.
    case replication(Endpoint)
  }

  let number: UInt64
  let file: FileID
  let peer: String
  let cause: Cause
  var isRunning = false
  var bytes: UInt64 = 0
  let total: UInt64
  var meter = RateMeter(at: 0)

  func view(name: String) -> TransferView {
    TransferView(
      number: number, direction: .up, file: file, fileName: name, peer: peer,
      state: isRunning ? .active : .queued, bytes: bytes, total: total,
      rate: isRunning ? meter.rate : 0, tries: 1)
  }
}
