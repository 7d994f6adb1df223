import PeerCore
import Synchronization

/// What may change about an attempt while it runs, shared between whoever decides that and the connection.
final class FetchControl: Sendable {
  private struct State {
    var end: UInt64?
    var blocks: BlockList?
  }

  private let state: Mutex<State>

  init(_ fetch: Effect.Fetch) { state = Mutex(State(end: fetch.end, blocks: fetch.blocks)) }

  /// Where the part ends; `nil` at the end of the file.
  var end: UInt64? { state.withLock { $0.end } }
  /// The list that blocks are checked against; `nil` if they are not.
  var blocks: BlockList? { state.withLock { $0.blocks } }

  func shorten(to end: UInt64) { state.withLock { $0.end = min($0.end ?? .max, end) } }
  func use(_ blocks: BlockList?) { state.withLock { $0.blocks = blocks } }
}

/// Puts the bytes of one attempt into their place, whether the holder sends the part that was asked for as raw bytes,
/// or the whole file as hex, of which only that part is taken. If there is a block list, each block is checked as it
/// comes, and one that is wrong does not count.
final class FetchReceiver: FileReceiver {
  private let fetch: Effect.Fetch
  private let control: FetchControl
  private let target: any DownloadTarget
  private var hasher: any BlockHasher
  /// The position in the file of the next byte that comes.
  private var offset: UInt64 = 0
  /// The position up to which the part's bytes are here and count.
  private(set) var position: UInt64
  /// The position up to which they are written. It is ahead of `position` while a block is being checked.
  private var written: UInt64
  private var checking: (block: Int, list: BlockList)?
  private(set) var hasBegun = false
  /// How many bytes the file has, as the holder says; `nil` until it does.
  private(set) var size: UInt64?
  /// How many bytes of the file have come, wanted or not.
  private(set) var taken = 0

  init(
    _ fetch: Effect.Fetch, control: FetchControl, target: any DownloadTarget, hasher: any BlockHasher
  ) {
    self.fetch = fetch
    self.control = control
    self.target = target
    self.hasher = hasher
    position = fetch.start
    written = fetch.start
  }

  /// Whether all of the part is here, so that what else comes is of no use.
  var isFull: Bool { control.end.map { position >= $0 } ?? false }

  func begin(_ part: RawPart?, of file: FileID?) throws {
    hasBegun = true
    offset = part?.offset ?? 0
    guard let part else { return }
    // The part may have been shortened before it was asked for.
    let end = min(control.end ?? part.size, part.size)
    guard part.offset <= fetch.start, part.range.upperBound >= end else {
      throw TransferFailure.malformed("it sent other bytes than were asked for")
    }
    guard part.size <= fetch.limit else { throw TransferFailure.tooLarge(limit: fetch.limit) }
    size = part.size
    try target.expect(size: part.size)
  }

  func take(_ bytes: UnsafeRawBufferPointer) throws {
    taken += bytes.count
    let start = offset
    offset += UInt64(bytes.count)
    guard offset <= fetch.limit else { throw TransferFailure.tooLarge(limit: fetch.limit) }
    let from = max(start, written)
    let to = min(offset, control.end ?? .max)
    guard from < to else { return }
    try put(UnsafeRawBufferPointer(rebasing: bytes[Int(from - start)..<Int(to - start)]), at: from)
  }

  /// Writes bytes, in pieces that end where blocks end, if blocks are checked.
  private func put(_ bytes: UnsafeRawBufferPointer, at start: UInt64) throws {
    var rest = bytes
    var offset = start
    while !rest.isEmpty {
      beginBlock(at: offset)
      let left = checking.map { BlockList.range(of: $0.block, size: $0.list.size).upperBound - offset }
      let count = Int(min(UInt64(rest.count), left ?? .max))
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
      try target.write(piece, at: offset)
      offset += UInt64(count)
      written = offset
      if checking == nil { try confirm() } else { try check(piece) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  private func beginBlock(at offset: UInt64) {
    guard checking == nil, offset % BlockList.blockSize == 0, let list = control.blocks, offset < list.size
    else { return }
    checking = (Int(offset / BlockList.blockSize), list)
  }

  private func check(_ piece: UnsafeRawBufferPointer) throws {
    guard let (block, list) = checking else { return }
    hasher.update(piece)
    guard written == BlockList.range(of: block, size: list.size).upperBound else { return }
    checking = nil
    guard hasher.finish() == list.hashes[block] else { throw TransferFailure.wrongBlock(block) }
    try confirm()
  }

  private func confirm() throws {
    try target.confirm(position..<written)
    position = written
  }
}
