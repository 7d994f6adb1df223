#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where everything lies in a home.
struct Home: Sendable {
  let path: String
  /// Shared and received files.
  let files: String
  /// `.p2ptui/`, which is the peer's own. All that follows lies in it.
  let state: String
  let catalogue: String
  let receipts: String
  let partial: String
  let trash: String
  let lock: String

  init(_ path: String) {
    self.path = path
    files = path + "/files"
    state = path + "/.p2ptui"
    catalogue = state + "/catalogue.sqlite"
    receipts = state + "/receipts"
    partial = state + "/partial"
    trash = state + "/trash"
    lock = state + "/lock"
  }

  func file(_ name: String) -> String { files + "/" + name }

  /// Creates what is missing, and takes the home's lock, since there can be one peer in a home. The lock is held as
  /// long as the returned file is.
  func prepare() throws(StartError) -> OpenFile {
    do {
      // What was synced in a folder is lost with the power as long as the folder's own name is not synced. The folder
      // that the home lies in may be one that this user may not read.
      if try Disk.makeDirectory(path) { try? Disk.syncDirectory(path + "/..") }
      for (directory, parent) in [(files, path), (state, path), (partial, state), (trash, state)] {
        if try Disk.makeDirectory(directory) { try Disk.syncDirectory(parent) }
      }
      let file = try OpenFile(lock, O_RDWR | O_CREAT)
      guard try file.lock() else { throw StartError(refusal(of: file)) }
      try file.truncate(to: 0)
      try file.write(Array("\(getpid())\n".utf8), at: 0)
      return file
    } catch let error as StartError {
      throw error
    } catch {
      throw StartError("cannot use home \(path): \(error). \(Self.advice(for: error))")
    }
  }

  /// Somebody who shares a folder of another disk can serve it, but what arrives gets its name all at once only within
  /// one file system.
  var warnings: [String] {
    get throws(StorageError) {
      let devices = try [files, partial, trash].map { path throws(StorageError) in
        try OpenFile(path, O_RDONLY | O_DIRECTORY).look().device
      }
      guard Set(devices).count > 1 else { return [] }
      return [
        "files/ is on another file system than .p2ptui/: files there are shared, but none can be received, pushed or deleted"
      ]
    }
  }

  private func refusal(of file: OpenFile) -> String {
    let digits = ((try? file.read(at: 0, count: 20)) ?? []).prefix { (0x30...0x39).contains($0) }
    let who = digits.isEmpty ? "" : " (pid \(String(decoding: digits, as: UTF8.self)))"
    return "cannot use home \(path): another peer\(who) is running there."
      + " Stop it, or choose another --home."
  }

  static func advice(for error: any Error) -> String {
    if case .diskFull? = error as? StorageError { return "Free some space, or choose another --home." }
    return "Choose another --home, or make this one writable."
  }
}
