import CSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the system says of a file, as far as storage cares.
struct FileStat: Equatable, Sendable {
  enum Kind: Sendable { case regular, directory, symlink, other }

  let kind: Kind
  /// Bytes.
  let size: UInt64
  /// The modification time in nanoseconds since 1970-01-01 UTC.
  let modified: Int64
  let inode: UInt64
  /// The file system that it is on.
  let device: UInt64

  /// The modification time in whole seconds, rounded down.
  var modifiedSeconds: Int64 {
    let (seconds, rest) = modified.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0 ? seconds - 1 : seconds
  }

  fileprivate init(_ raw: stat) {
    switch raw.st_mode & S_IFMT {
    case S_IFREG: kind = .regular
    case S_IFDIR: kind = .directory
    case S_IFLNK: kind = .symlink
    default: kind = .other
    }
    size = UInt64(max(0, raw.st_size))
    inode = UInt64(raw.st_ino)
    device = UInt64(truncatingIfNeeded: raw.st_dev)
    #if canImport(Glibc)
      modified = Int64(raw.st_mtim.tv_sec) * 1_000_000_000 + Int64(raw.st_mtim.tv_nsec)
    #else
      modified = Int64(raw.st_mtimespec.tv_sec) * 1_000_000_000 + Int64(raw.st_mtimespec.tv_nsec)
    #endif
  }
}

/// The system calls that storage makes, each with a typed error.
enum Disk {
  /// The error of the call that just failed.
  static func error(_ path: String, _ doing: String, code: Int32 = errno) -> StorageError {
    switch code {
    case ENOENT: .notFound(path: path)
    case ENOTDIR: .denied(path: path, reason: reason(code))
    case EACCES, EPERM, EROFS: .denied(path: path, reason: reason(code))
    case ENOSPC, EDQUOT: .diskFull(path: path)
    case EISDIR: .isDirectory(path: path)
    case ELOOP, ENXIO: .notRegular(path: path)
    default: .io(path: path, doing: doing, reason: reason(code))
    }
  }

  /// The system's words for an error, as they are written within a sentence.
  static func reason(_ code: Int32) -> String {
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// What is at a path; `nil` if nothing is. A symbolic link is not followed.
  static func look(_ path: String) throws(StorageError) -> FileStat? {
    var raw = stat()
    if lstat(path, &raw) == 0 { return FileStat(raw) }
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw error(path, "look at")
  }

  /// - Returns: whether the directory was made; it may be there already.
  /// - Throws: also if something else has that name.
  @discardableResult
  static func makeDirectory(_ path: String) throws(StorageError) -> Bool {
    if mkdir(path, 0o777) == 0 { return true }
    guard errno == EEXIST else { throw error(path, "create") }
    var raw = stat()
    guard stat(path, &raw) == 0, FileStat(raw).kind == .directory else {
      throw error(path, "create", code: ENOTDIR)
    }
    return false
  }

  /// Makes the names in a directory survive a loss of power.
  static func syncDirectory(_ path: String) throws(StorageError) {
    try OpenFile(path, O_RDONLY | O_DIRECTORY).sync()
  }

  static func remove(_ path: String) throws(StorageError) {
    guard unlink(path) != 0, errno != ENOENT else { return }
    throw error(path, "remove")
  }

  /// As `remove`, but leaves a folder alone: it is none of ours.
  static func removeFile(_ path: String) throws(StorageError) {
    if try look(path)?.kind != .directory { try remove(path) }
  }

  /// Gives a file another name, and replaces what has that name.
  static func move(_ old: String, to new: String) throws(StorageError) {
    guard rename(old, new) != 0 else { return }
    throw error(old, "move")
  }

  /// Gives a file a second name, unless that name is taken. Where the file system knows no hard links, an empty file takes
  /// the name first, and the file itself then replaces that one and loses its old name.
  ///
  /// - Returns: false if the name was taken; then nothing was touched.
  static func place(_ old: String, at new: String) throws(StorageError) -> Bool {
    if link(old, new) == 0 { return true }
    switch errno {
    case EEXIST: return false
    case EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK:
      let holder = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if holder < 0 {
        if errno == EEXIST { return false }
        throw error(new, "create")
      }
      close(holder)
      try move(old, to: new)
      return true
    default: throw error(new, "create")
    }
  }

  /// The names in a directory in no particular order, without `.` and `..`. A name that is not valid UTF-8 is `nil`.
  static func names(in directory: String) throws(StorageError) -> [String?] {
    guard let stream = opendir(directory) else { throw error(directory, "read") }
    defer { closedir(stream) }
    var names: [String?] = []
    while let item = readdir(stream) {
      let name = withUnsafePointer(to: &item.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// How many bytes this user can still write to the file system that a path is on.
  static func freeSpace(_ path: String) throws(StorageError) -> UInt64 {
    var raw = statvfs()
    guard statvfs(path, &raw) == 0 else { throw error(path, "look at") }
    return UInt64(raw.f_bavail) * UInt64(raw.f_frsize)
  }

  /// The path without symbolic links, `.` and `..`.
  static func realPath(_ path: String) throws(StorageError) -> String {
    guard let resolved = realpath(path, nil) else { throw error(path, "look at") }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Nanoseconds since 1970-01-01 UTC.
  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Milliseconds since 1970-01-01 UTC.
  static func nowMilliseconds() -> Int64 { now() / 1_000_000 }
}

/// An open file, which is closed with its last reference. Reads and writes say where in the file, so that threads can
/// share it.
final class OpenFile: Sendable {
  let path: String
  private let descriptor: Int32

  /// - Parameter flags: those of `open(2)`. `O_CLOEXEC` is added, and `O_NONBLOCK`, without which opening a FIFO would wait
  ///   for ever; it has no effect on regular files.
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

  /// Takes room on the disk for a file of so many bytes; the file gets that long. On file systems that cannot do that, the
  /// disk may still fill up while bytes are written.
  func reserve(_ size: UInt64) throws(StorageError) {
    let before = try look().size
    try truncate(to: size)
    let code = support_reserve(descriptor, Int64(size))
    guard code != 0 else { return }
    // Room for a part of the file is of no use.
    try? truncate(to: before)
    throw Disk.error(path, "reserve room for", code: code)
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
