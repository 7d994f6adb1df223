import PeerCore

/// What a scan of `files/` has found. The catalogue on disk knows it already.
public struct ScanResult: Sendable, Equatable {
  /// A file that is here.
  public struct Found: Sendable, Equatable {
    /// What the file is.
    public var entry: FileEntry
    /// Its copy in `files/`.
    public var copy: LocalCopy
  }

  /// Files that are here under a name, with a size or a modification time that was not known before. One may be a file
  /// of our own, or a download that was moved by hand or received just before a crash, or even a file that was deleted
  /// from the network and put back by hand.
  public var found: [Found] = []
  /// Files that no longer have a copy.
  public var gone: [FileID] = []
  /// Whether some files are still being written: then scan again after `HomeStore.settleTime`.
  public var unsettled = false
  /// Whether there was more to hash than one scan takes: then scan again at once.
  public var unfinished = false
  /// Lines for the log.
  public var notices: [String] = []
}
