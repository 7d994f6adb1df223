import OrderedCollections

/// A file on its way here (PROTOCOL.md, "Transfers" and "Extension").
///
/// What is missing of it is cut into parts, each asked of one holder: an attempt. A holder that has finished
/// takes the next part, nearly in the order of the file, or a share of what the slowest one has left, so that all
/// end together, however fast each is. When everything is there, the file's id decides; only then it is kept.
struct Download {
  enum State: Equatable {
    case queued
    /// Storage looks for what an earlier run has left of it.
    case opening
    case active
    /// All bytes are there: they are hashed, or compared with a block list.
    case verifying
    /// Its bytes verify; storage moves them into `files/`.
    case keeping(ArrivalID)
    /// It has come unasked as well, and storage moves that into `files/`.
    case absorbed(by: ArrivalID)
    /// Every holder failed; the next round begins at that `uptime`.
    case waiting(until: Int64)
    case paused
  }

  let number: UInt64
  let file: FileID
  var rank: Int64
  var priority = TransferPriority.normal
  var state = State.queued
  /// Bytes of the file, as its holders tell.
  var size: UInt64?
  /// Bytes that are here, without those of running attempts.
  var done = RangeSet<UInt64>()
  var attempts: OrderedDictionary<AttemptID, Attempt> = [:]
  /// Who gave what, in the order of arrival.
  var given: [(range: Range<UInt64>, by: PeerHandle)] = []
  /// An earlier run, or an earlier try of this one, may have left bytes of it in storage.
  var mayHaveBytes: Bool
  /// Bytes are here of which nobody knows any longer who gave them.
  var hasOldBytes = false
  /// Bytes from several holders did not verify, and nobody could tell which: from now on each holder gives
  /// the whole file or nothing.
  var isSolo = false
  var blocks = BlockSearch()
  /// How the first holder described the file.
  var told: FileData?
  /// The timestamps that holders sent with the file; one of them may verify where the known one does not.
  var timestamps: [Lexeme] = []
  /// Holders that failed in this round.
  var failed: Set<PeerHandle> = []
  /// Rounds over all holders that have failed.
  var rounds = 0
  /// Holders asked so far.
  var tries = 0
  var peer: String?
  var meter = RateMeter(at: 0)
  /// The `uptime` at which it last began to run.
  var began: Int64 = 0
  var error: String?

  init(number: UInt64, file: FileID, rank: Int64, mayHaveBytes: Bool) {
    self.number = number
    self.file = file
    self.rank = rank
    self.mayHaveBytes = mayHaveBytes
  }

  /// One part of a file, asked of one holder.
  struct Attempt {
    let holder: PeerHandle
    let peer: String
    let start: UInt64
    /// Where it ends; `nil` at the end of the file.
    var end: UInt64?
    /// Up to where its bytes are here.
    var position: UInt64
    /// The extension's requests are understood by the holder, as far as is known.
    let features: Features
    /// The `uptime` at which it was asked.
    let began: Int64
    var meter: RateMeter
    /// Another attempt asks for the same bytes: whichever ends first.
    var isDoubled = false

    var received: Range<UInt64> { start..<max(start, position) }

    /// Seconds since it was asked.
    func age(at uptime: Int64) -> Double { Double(uptime - began) / 1000 }

    /// Bytes that are still to come, where that is known.
    func left(size: UInt64?) -> UInt64? {
      guard let end = end ?? size else { return nil }
      return end > position ? end - position : 0
    }

    /// Seconds that they will take; endless for one that gives nothing.
    func secondsLeft(size: UInt64?) -> Double {
      guard let left = left(size: size) else { return .infinity }
      return meter.rate >= 1 ? Double(left) / meter.rate : .infinity
    }
  }

  /// The lists of block hashes that were asked for, and what they were good for.
  struct BlockSearch {
    var list: (list: BlockList, from: PeerHandle)?
    /// Is being asked for one.
    var attempt: (id: AttemptID, holder: PeerHandle)?
    /// Gave one, or could not.
    var asked: Set<PeerHandle> = []
    /// Blocks that did not match, with the holder that gave them.
    var wrong: [Int: PeerHandle] = [:]
  }

  /// Bytes that it will need, or takes already, of the quota.
  var reservedBytes: UInt64 {
    switch state {
    case .keeping: 0
    case .opening, .active, .verifying: max(size ?? 0, bytes)
    case .queued, .waiting, .paused, .absorbed: bytes
    }
  }

  /// Whether it shares a slot with others.
  func isSmall(_ limits: Limits) -> Bool { size.map { $0 <= limits.smallFile } ?? false }

  var isComplete: Bool {
    guard let size else { return false }
    guard size > 0 else { return true }
    return here.ranges.first.map { $0.lowerBound == 0 && $0.upperBound >= size } ?? false
  }

  /// What is here, with the bytes of running attempts.
  private var here: RangeSet<UInt64> {
    var here = done
    for attempt in attempts.values where !attempt.received.isEmpty {
      here.insert(contentsOf: attempt.received)
    }
    return here
  }

  /// The attempt for the first bytes that are missing, if they are asked for and nobody else has been asked too.
  var first: (key: AttemptID, value: Attempt)? {
    let missing = here.ranges.first.map { $0.lowerBound == 0 ? $0.upperBound : 0 } ?? 0
    return attempts.first { !$0.value.isDoubled && $0.value.position == missing }.map { ($0.key, $0.value) }
  }

  /// Bytes that are here.
  var bytes: UInt64 { here.ranges.reduce(0) { $0 + UInt64($1.upperBound - $1.lowerBound) } }

  /// Everybody who gave some of the bytes that are here.
  var givers: Set<PeerHandle> { Set(given.map(\.by)) }

  /// Milliseconds before the next round, doubling from `Limits.firstRetry`.
  func backOff(_ limits: Limits) -> Int64 {
    min(limits.longestRetry, limits.firstRetry << Int64(min(max(rounds - 1, 0), 16)))
  }

  /// All bytes are given up, and with them what is known of where they came from.
  mutating func forgetBytes() {
    done = RangeSet()
    given = []
    hasOldBytes = false
    size = nil
    blocks = BlockSearch()
    told = nil
    timestamps = []
  }

  func view(name: String) -> TransferView {
    var view = TransferView(
      number: number, direction: .down, file: file, fileName: name, peer: peer, state: .queued,
      bytes: bytes, total: size, tries: tries, error: error, priority: priority,
      holders: Set(attempts.values.map(\.holder)).count)
    switch state {
    case .queued: break
    case .opening, .active:
      view.state = .active
      view.rate = meter.rate
    case .verifying, .keeping, .absorbed: view.state = .verifying
    case .waiting(let until): view.retryAt = until
    case .paused: view.state = .paused
    }
    return view
  }

  var wanted: WantedFile {
    WantedFile(id: file, rank: rank, priority: priority, isPaused: state == .paused)
  }
}
