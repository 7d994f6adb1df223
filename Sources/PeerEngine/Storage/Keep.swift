import PeerCore

/// The steps of keeping a file, in their order. A crash may come after each of them
/// (docs/adr/0001-what-is-synced-when.md).
enum KeepStep: CaseIterable, Sendable {
  case contentSynced, receiptWritten, placementRecorded, placed, directorySynced, copyRecorded
}

/// One file on its way from a partial file to `files/`, and how far it has come. One thread uses it at a time.
final class Keep: @unchecked Sendable {
  let partial: PartialFile
  let firstSeen: Int64
  var entry: FileEntry
  /// The size and times of the partial file, with which the file in `files/` will be recorded.
  var stat: FileStat?
  /// The name in `files/` that was chosen. It is reserved among the store's `names` until this is over.
  var name: String?
  /// The file in `files/`, once it is there.
  var copy: LocalCopy?
  /// What became of the file; `nil` while it is on its way.
  var result: Result<LocalCopy, StorageError>?

  init(_ partial: PartialFile, _ entry: FileEntry, firstSeen: Int64) {
    self.partial = partial
    self.entry = entry
    self.firstSeen = firstSeen
  }

  var isOpen: Bool { result == nil }

  func receipt(named name: String) -> Receipt {
    Receipt(entry: entry, firstSeen: firstSeen, storedName: name)
  }

  /// Takes a step that concerns this file alone, if it is still on its way. A failure is its result.
  func attempt(_ work: () throws(StorageError) -> Void) {
    guard isOpen else { return }
    do throws(StorageError) { try work() } catch { result = .failure(error) }
  }

  /// Takes a step with all files that are still on their way. A failure is the result of each.
  static func attempt(_ keeps: [Keep], _ work: ([Keep]) throws(StorageError) -> Void) {
    let open = keeps.filter(\.isOpen)
    guard !open.isEmpty else { return }
    do throws(StorageError) { try work(open) } catch {
      for keep in open { keep.result = .failure(error) }
    }
  }
}
