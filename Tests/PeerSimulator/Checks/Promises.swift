import OrderedCollections
import PeerCore

/// What a peer has told its user. No crash may undo it.
struct Promises {
  /// Files that are here, as the user was told before the last crash.
  var here: Set<FileID> = []
  /// Files that the user has asked to delete or forget, and that have not come back since.
  var asked: Set<FileID> = []
  /// Files that are gone, forgotten or deleted, as the user was told.
  var gone: Set<FileID> = []
  /// Files that the user has taken out of `files/` by hand.
  var taken: Set<FileID> = []
  /// Files of the user's own, as the catalogue had them at first.
  var own: OrderedDictionary<FileID, FileEntry> = [:]
}
