/// A download or an upload, as people are shown it.
public struct TransferView: Sendable, Codable, Equatable {
  /// Which way the file goes, seen from here.
  public enum Direction: String, Sendable, Codable { case down, up }

  /// What a transfer is doing.
  public enum State: String, Sendable, Codable {
    /// Waiting for its turn or, with `retryAt`, for the next try.
    case queued
    case active
    /// All bytes are here; the hash is being compared and the file synced.
    case verifying
    case paused
    case failed
    case done

    /// Whether nothing more will happen to it by itself.
    public var isOver: Bool { self == .failed || self == .done }
  }

  /// Names the transfer for as long as it is shown.
  public var number: UInt64
  /// Whether the file is coming or going.
  public var direction: Direction
  /// What is transferred.
  public var file: FileID
  /// As the network has it; not yet made harmless (`Visible`).
  public var fileName: String
  /// The id or the address of the peer at the other end, now or last; `nil` if none was chosen yet.
  public var peer: String?
  /// What it is doing.
  public var state: State
  /// Bytes of the file that are here, or have been sent, so far.
  public var bytes: UInt64
  /// Bytes of the file; `nil` if unknown.
  public var total: UInt64?
  /// Bytes a second, smoothed.
  public var rate: Double
  /// How many holders have been asked so far.
  public var tries: Int
  /// Why the last try failed.
  public var error: String?
  /// The `uptime` of the next try, in milliseconds, if it waits for one.
  public var retryAt: Int64?
  /// The `uptime` at which it ended, in milliseconds; `nil` if it has not.
  public var ended: Int64?
  /// The priority of a download.
  public var priority: TransferPriority
  /// How many holders give the file now; 1 for an upload.
  public var holders: Int

  public init(
    number: UInt64, direction: Direction, file: FileID, fileName: String, peer: String? = nil,
    state: State, bytes: UInt64 = 0, total: UInt64? = nil, rate: Double = 0, tries: Int = 0,
    error: String? = nil, retryAt: Int64? = nil, ended: Int64? = nil,
    priority: TransferPriority = .normal, holders: Int = 0
  ) {
    self.number = number
    self.direction = direction
    self.file = file
    self.fileName = fileName
    self.peer = peer
    self.state = state
    self.bytes = bytes
    self.total = total
    self.rate = rate
    self.tries = tries
    self.error = error
    self.retryAt = retryAt
    self.ended = ended
    self.priority = priority
    self.holders = holders
  }

  /// How much of the file is here, or has been sent: 0...99, and 100 only when it is all; `nil` if the size is unknown.
  public var percent: Int? {
    total.map { bytes < $0 ? Int(Double(bytes) / Double($0) * 100) : 100 }
  }

  /// `42% of 1.5 MiB`, or the bytes alone if the size is unknown.
  public var progress: String {
    guard let total, let percent else { return Units.bytes(bytes) }
    return "\(percent)% of \(Units.bytes(total))"
  }

  /// Seconds that it will still take at the present rate; `nil` if that cannot be told.
  public var secondsLeft: Double? {
    guard state == .active, let total, total >= bytes, rate >= 1 else { return nil }
    return Double(total - bytes) / rate
  }
}
