import CSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open file, which is closed with its last reference. Reads and writes say where in the file, so that threads can
/// share it.
final class OpenFile: Sendable {
  let path: String
  private let descriptor: Int32

  /// - Parameter flags: those of `open(2)`. `O_CLOEXEC` is added, and `O_NONBLOCK`, without which opening a FIFO would
  ///   wait for ever; it has no effect on regular files.
  init(_ path: String, _ flags: Int32) throws(StorageError) {
    self.path = path
    descriptor = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0o666)
    if descriptor < 0 { throw Disk.error(path, "open") }
  }

  deinit { close(descriptor) }

  func look() throws(StorageError) -> FileStat {
    var raw = stat()
    guard fstat(descriptor, &raw) == 0 else { throw Disk.error(path, "look at") }
    return FileStat(raw)
  }

  /// - Returns: how many bytes were read: fewer than the buffer holds only at the end of the file.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
      if count == 0 { break }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        throw Disk.error(path, "read")
      }
    }
    return done
  }

  /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
  func read(at offset: UInt64, count: Int) throws(StorageError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let result = bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(StorageError) in try read(at: offset, into: buffer) }
    }
    bytes.removeLast(count - (try result.get()))
    return bytes
  }

  func write(_ bytes: [UInt8], at offset: UInt64) throws(StorageError) {
    try bytes.withUnsafeBytes { buffer in
      Result { () throws(StorageError) in try write(buffer, at: offset) }
    }.get()
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw Disk.error(path, "write")
      }
    }
  }

  func truncate(to size: UInt64) throws(StorageError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw Disk.error(path, "write") }
  }

  /// Takes room on the disk for a part of the file.
  ///
  /// On file systems that cannot do that, the disk may still fill up while bytes are written.
  func reserve(_ range: Range<UInt64>) throws(StorageError) {
    let code = support_reserve(descriptor, Int64(range.lowerBound), Int64(range.upperBound))
    if code != 0 { throw Disk.error(path, "reserve room for", code: code) }
  }

  /// Lets the disk begin to write a range, so that a later `sync` has less to wait for.
  func beginWriteBack(_ range: Range<UInt64>) {
    support_begin_write_back(descriptor, Int64(range.lowerBound), Int64(range.upperBound - range.lowerBound))
  }

  /// Lets the disk begin to read a range that is soon to be sent.
  func beginReading(_ range: Range<UInt64>) {
    support_begin_reading(descriptor, Int64(range.lowerBound), Int64(range.upperBound - range.lowerBound))
  }

  /// A second descriptor of the file, which the caller has to close.
  func duplicate() throws(StorageError) -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw Disk.error(path, "open") }
    return copy
  }

  /// Makes the bytes survive a loss of power.
  func sync() throws(StorageError) {
    guard fsync(descriptor) == 0 else { throw Disk.error(path, "sync") }
  }

  /// Waits until the bytes are with the disk, which may still lose them with its power.
  ///
  /// - Throws: also if the disk refused them before.
  func awaitWriteBack() throws(StorageError) {
    let code = support_await_write_back(descriptor)
    if code != 0 { throw Disk.error(path, "write", code: code) }
  }

  /// As `sync`, for everything that was ever written to the file system that the file is on.
  ///
  /// - Returns: false where that cannot be done.
  func syncFileSystem() throws(StorageError) -> Bool {
    let code = support_sync_file_system(descriptor)
    if code == ENOSYS { return false }
    if code != 0 { throw Disk.error(path, "sync", code: code) }
    return true
  }

  func unlock() { _ = flock(descriptor, LOCK_UN) }

  /// Takes the file's lock, which is held as long as the descriptor is open.
  ///
  /// - Returns: false if somebody else has it.
  func lock() throws(StorageError) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    if errno == EWOULDBLOCK { return false }
    throw Disk.error(path, "lock")
  }
}
