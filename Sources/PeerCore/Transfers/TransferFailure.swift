/// Why a transfer ended without success, and whose fault that was. The texts are made to follow the peer's name.
public enum TransferFailure: Error, Sendable, Equatable {
  // The other peer's
  case unreachable(String)
  case closedWithoutAnswer
  case notHeld
  case truncated
  case stalled(seconds: Int)
  case tooSlow
  case malformed(String)
  /// It sent more bytes than a file may have. Another holder may not.
  case tooLarge(limit: UInt64)
  case mismatch
  /// A block differs from a list that another holder gave.
  case wrongBlock(Int)
  /// So many of the blocks that it sent turned out to be wrong in the end.
  case wrongBlocks(Int)
  /// The block list that it gave is not of this file.
  case wrongBlockList
  case reset(String)
  // Ours
  case quota(limit: UInt64)
  case cancelled
  // The disk's
  case diskFull
  case disk(String)

  /// Who can do something about a failure.
  public enum Fault: Sendable { case peer, us, disk }

  /// Only a peer's fault counts against it.
  public var fault: Fault {
    switch self {
    case .unreachable, .closedWithoutAnswer, .notHeld, .truncated, .stalled, .tooSlow, .malformed, .tooLarge,
      .mismatch, .wrongBlock, .wrongBlocks, .wrongBlockList, .reset:
      .peer
    case .quota, .cancelled: .us
    case .diskFull, .disk: .disk
    }
  }

  /// Whether the holder may simply not know the extension that it was asked with.
  var mayBeMisunderstanding: Bool {
    switch self {
    case .closedWithoutAnswer, .stalled, .malformed, .reset: true
    default: false
    }
  }
}

extension TransferFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreachable(let why): "cannot connect: \(why)"
    case .closedWithoutAnswer: "closed the connection without an answer"
    case .notHeld: "does not have it"
    case .truncated: "sent only a part"
    case .stalled(let seconds): "sent nothing for \(seconds) s"
    case .tooSlow: "was slower than 4 KiB/s for a minute"
    case .malformed(let why): "sent no valid answer: \(why)"
    case .mismatch: "sent bytes that are not this file (the hash differs)"
    case .wrongBlock(let block): "sent a block (\(block)) that differs from the list of another holder"
    case .wrongBlocks(let count): "sent \(Units.count(count, "block")) that are not of this file"
    case .wrongBlockList: "sent a list of blocks that are not of this file"
    case .reset(let why): "broke the connection: \(why)"
    case .tooLarge(let limit): "larger than the limit of \(Units.bytes(limit)) (--max-file-size)"
    case .quota(let limit): "would exceed the quota of \(Units.bytes(limit)) (--quota)"
    case .cancelled: "cancelled"
    case .diskFull: "the disk is full"
    case .disk(let why): why
    }
  }
}
