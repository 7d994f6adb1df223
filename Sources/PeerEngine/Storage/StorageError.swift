/// Why a peer cannot start: one line that says what has failed, why, and what to do.
public struct StartError: Error, Equatable, CustomStringConvertible {
  /// The line.
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// Why something on this peer's own disk has failed. It is never the fault of another peer, except for `mismatch`.
public enum StorageError: Error, Equatable, CustomStringConvertible {
  case emptyPath
  case notFound(path: String)
  case isDirectory(path: String)
  /// A FIFO, socket or device; or a symbolic link where none is followed.
  case notRegular(path: String)
  case denied(path: String, reason: String)
  case diskFull(path: String)
  /// The file is not the one that was recorded, or it changed while it was read.
  case changed(path: String)
  /// The bytes of a received file are not those of its id.
  case mismatch(id: String)
  case io(path: String, doing: String, reason: String)
  case catalogue(reason: String)
  /// The store was closed meanwhile.
  case closed

  /// Whether the same may succeed later without anybody doing anything about it.
  var mayPass: Bool {
    switch self {
    case .io, .diskFull, .catalogue: true
    default: false
    }
  }

  public var description: String {
    switch self {
    case .emptyPath: "the path is empty"
    case .notFound(let path): "\(path): no such file"
    case .isDirectory(let path): "\(path) is a directory: name a file in it"
    case .notRegular(let path): "\(path) is not a regular file"
    case .denied(let path, let reason): "\(path): \(reason)"
    case .diskFull(let path): "\(path): the disk is full"
    case .changed(let path): "\(path) has changed meanwhile: try again"
    case .mismatch(let id): "the bytes are not those of \(id)"
    case .io(let path, let doing, let reason): "cannot \(doing) \(path): \(reason)"
    case .catalogue(let reason): "the catalogue failed: \(reason)"
    case .closed: "the peer is stopping"
    }
  }
}
