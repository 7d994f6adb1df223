/// How large a file may be that is taken in: `--max-file-size`, and what `--quota` has left.
extension PeerState {
  /// `nil` if no file is taken that nobody asked for (`--accept-push`).
  public var pushAllowance: PushAllowance? {
    settings.acceptPush ? PushAllowance(file: fileAllowance, all: quotaLeft ?? .max) : nil
  }

  /// Bytes that one more file may have.
  var fileAllowance: UInt64 { min(settings.maxFileSize, quotaLeft ?? .max) }

  /// Bytes that more files may have together; `nil` without a quota.
  private var quotaLeft: UInt64? {
    guard let quota = settings.quota else { return nil }
    let kept = keeping.values.reduce(catalogue.localBytes) { Units.sum($0, $1.sizeBytes ?? 0) }
    let taken = downloads.order.reduce(kept) { Units.sum($0, downloads[$1]?.reservedBytes ?? 0) }
    return quota > taken ? quota - taken : 0
  }

  /// Why a file that has more than `fileAllowance` bytes is not taken.
  var sizeFailure: TransferFailure {
    fileAllowance == settings.maxFileSize
      ? .tooLarge(limit: settings.maxFileSize) : .quota(limit: settings.quota ?? 0)
  }
}
