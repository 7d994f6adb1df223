import OrderedCollections
import PeerCore

/// What a peer has told its user, which no crash may undo.
struct Promises {
  /// Told to be here.
  var here: Set<FileID> = []
  /// Asked to go, and not come back since.
  var asked: Set<FileID> = []
  /// Told to be gone: forgotten or deleted.
  var gone: Set<FileID> = []
  /// Taken out of `files/` by hand.
  var taken: Set<FileID> = []
  /// Files that its user has made.
  var own: OrderedDictionary<FileID, FileEntry> = [:]
}
