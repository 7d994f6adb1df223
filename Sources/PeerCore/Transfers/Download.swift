import OrderedCollections

/// A file on its way here (PROTOCOL.md, "Transfers" and "Extension").
///
/// What is missing of it is cut into parts, each of which is asked of one holder; that is an attempt. A holder that has
/// finished takes the next part, nearly in the order of the file, or a share of what the slowest holder has left, so
/// that all end at the same time, however fast each is. When all bytes are here, the file's id decides, and only then
/// the file is kept.
struct Download {
  enum State: Equatable {
    case queued
    /// Storage is looking for what an earlier run has left of it.
    case opening
    case active
    /// All bytes are here, and are being hashed, or compared with a block list.
    case verifying
    /// Its bytes verify, and storage is moving them into `files/`.
    case keeping(ArrivalID)
    /// It has come unasked as well, and storage moves that into `files/`.
    case absorbed(by: ArrivalID)
    /// Every holder has failed; the next round begins at that `uptime`.
    case waiting(until: Int64)
    case paused
  }

  let number: UInt64
  let file: FileID
  var rank: Int64
  var priority = TransferPriority.normal
  var state = State.queued
  /// Bytes of the whole file, as its holders say.
  var size: UInt64?
  /// The bytes that are here, without those of running attempts.
  var done = RangeSet<UInt64>()
  var attempts: OrderedDictionary<AttemptID, Attempt> = [:]
  /// Which holder gave which bytes, in the order of their arrival.
  var given: [(range: Range<UInt64>, by: PeerHandle)] = []
  /// Whether an earlier run, or an earlier try of this run, may have left bytes of it in storage.
  var mayHaveBytes: Bool
  /// Whether bytes are here of which it is no longer known who gave them.
  var hasOldBytes = false
  /// Whether each holder gives the whole file or nothing: bytes from several holders did not verify, and it could not
  /// be found out which were wrong.
  var isSolo = false
  var blocks = BlockSearch()
  /// What the first holder said of the file.
  var told: FileData?
  /// The timestamps that holders have sent with the file. One of them may verify where the known one does not.
  var timestamps: [Lexeme] = []
  /// The holders that have failed in this round.
  var failed: Set<PeerHandle> = []
  /// How many rounds over all holders have failed.
  var rounds = 0
  /// How many holders have been asked so far.
  var tries = 0
  /// The holder that was asked last, as people are shown it.
  var peer: String?
  /// How fast it comes from all holders together.
  var meter = RateMeter(at: 0)
  /// The `uptime` at which it last began to run.
  var began: Int64 = 0
  /// Why the last attempt failed, as people are shown it.
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
    /// The position up to which its bytes are here.
    var position: UInt64
    /// The features of the extension that the holder understands, as far as is known.
    let features: Features
    /// The `uptime` at which it was asked.
    let began: Int64
    var meter: RateMeter
    /// Whether another attempt asks for the same bytes; the one that ends first counts.
    var isDoubled = false

    var received: Range<UInt64> { start..<max(start, position) }

    /// Seconds since it was asked.
    func age(at uptime: Int64) -> Double { Double(uptime - began) / 1000 }

    /// How many bytes are still to come; `nil` if that is not known.
    func left(size: UInt64?) -> UInt64? {
      guard let end = end ?? size else { return nil }
      return end > position ? end - position : 0
    }

    /// How many seconds they will still take; infinity if nothing comes.
    func secondsLeft(size: UInt64?) -> Double {
      guard let left = left(size: size) else { return .infinity }
      return meter.rate >= 1 ? Double(left) / meter.rate : .infinity
    }
  }

  /// The block lists that were asked for, and what came of them.
  struct BlockSearch {
    /// The list that blocks are checked against, and who gave it.
    var list: (list: BlockList, from: PeerHandle)?
    /// The holder that is being asked for its list.
    var attempt: (id: AttemptID, holder: PeerHandle)?
    /// The holders that have been asked, whether they could give one or not.
    var asked: Set<PeerHandle> = []
    /// The blocks that did not match the list, and the holders that gave them.
    var wrong: [Int: PeerHandle] = [:]
  }

  /// How many bytes of the quota it takes up, or will need.
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

  /// The bytes that are here, with those of running attempts.
  private var here: RangeSet<UInt64> {
    var here = done
    for attempt in attempts.values where !attempt.received.isEmpty {
      here.insert(contentsOf: attempt.received)
    }
    return here
  }

  /// The attempt for the first bytes that are missing, which hashing waits for. `nil` if nobody has been asked for
  /// them, or two have.
  var first: (key: AttemptID, value: Attempt)? {
    let missing = here.ranges.first.map { $0.lowerBound == 0 ? $0.upperBound : 0 } ?? 0
    return attempts.first { !$0.value.isDoubled && $0.value.position == missing }.map { ($0.key, $0.value) }
  }

  /// How many bytes are here.
  var bytes: UInt64 { here.byteCount }

  /// All holders that gave some of the bytes that are here.
  var givers: Set<PeerHandle> { Set(given.map(\.by)) }

  /// How long to wait before the next round, in milliseconds: `Limits.firstRetry`, doubled with each round.
  func backOff(_ limits: Limits) -> Int64 {
    min(limits.longestRetry, limits.firstRetry << Int64(min(max(rounds - 1, 0), 16)))
  }

  /// Gives up all bytes, and with them what is known of where they came from.
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
