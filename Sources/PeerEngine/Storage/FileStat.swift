import PeerCore

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

  init(_ raw: stat) {
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

  /// Whether a file still is the one that was recorded, as far as can be told without reading it.
  func matches(_ copy: LocalCopy) -> Bool {
    kind == .regular && size == copy.size && modified == copy.modified
  }

  /// - Throws: `StorageError`, unless it is a regular file.
  func checkIsRegular(_ path: String) throws(StorageError) {
    switch kind {
    case .regular: return
    case .directory: throw .isDirectory(path: path)
    case .symlink, .other: throw .notRegular(path: path)
    }
  }
}
