/// The names that this peer itself is giving to files in `files/`. The system reports those too, but nobody has to
/// look: the catalogue knows what is there, or is about to.
struct OwnNames {
  private var isWatched = false
  private var names: Set<[UInt8]> = []

  var isEmpty: Bool { names.isEmpty }

  /// Begins to note names. Where nobody watches, nobody would `take` them again.
  mutating func watch() { isWatched = true }

  /// Notes a name, before a file gets it.
  mutating func expect(_ name: String) { if isWatched { names.insert(Array(name.utf8)) } }

  /// Takes a name that the system reports.
  ///
  /// - Returns: whether it was expected.
  mutating func take(_ name: [UInt8]) -> Bool { names.remove(name) != nil }

  /// Takes back a name that no file got after all.
  mutating func forget(_ name: String) { names.remove(Array(name.utf8)) }
}
