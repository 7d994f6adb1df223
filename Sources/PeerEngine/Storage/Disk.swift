#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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

  /// Gives a file a second name, unless that name is taken. Where the file system knows no hard links, an empty file
  /// takes the name first, and the file itself then replaces that one and loses its old name.
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
