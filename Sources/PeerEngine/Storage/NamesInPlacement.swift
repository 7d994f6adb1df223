/// The names in `files/` that files are about to get. No two files choose the same one, and a scan does not take a file
/// for one that was put there by hand. Names are compared byte by byte, as file systems do: Swift's `==` on `String`
/// would take composed and decomposed characters for the same.
struct NamesInPlacement {
  private var names: Set<[UInt8]> = []

  mutating func take(_ name: String) -> Bool { names.insert(Array(name.utf8)).inserted }
  mutating func free(_ name: String) { names.remove(Array(name.utf8)) }
  func contains(_ name: String) -> Bool { names.contains(Array(name.utf8)) }
}
