import PeerCore

extension TransferFailure {
  /// What an error on a connection means for the transfer that it ended.
  static func of(_ error: any Error) -> TransferFailure {
    switch error {
    case let failure as TransferFailure: failure
    case let error as WireError: .malformed(error.description)
    case is CancellationError: .cancelled
    default: .reset(Dialer.reason(error))
    }
  }
}
