import PeerCore

/// Makes names for files in `files/` from names that may have come from anywhere (PROTOCOL.md, "What is out there":
/// `file_name`). It looks at no file.
public enum StoredName {
  /// The most bytes of a name that file systems take.
  static let longest = 255
  /// The most bytes of an extension that is kept when a name is cut. A longer one is hardly an extension.
  static let longestExtension = 32

  /// The name under which a file is stored if nothing else has it: the last component of what it is called, by the
  /// rules of any system, without anything that could hide it, disguise it, or steer a terminal.
  public static func base(for name: String, id: FileID) -> String {
    let components = name.unicodeScalars.split(omittingEmptySubsequences: true) { $0 == "/" || $0 == "\\" }
    var clean = String.UnicodeScalarView()
    for scalar in components.last ?? Substring.UnicodeScalarView() {
      clean.append(Visible.isHarmless(scalar) ? scalar : "_")
    }
    let last = String(clean)
    if last.isEmpty || last == "." || last == ".." || last.allSatisfy(\.isWhitespace) {
      return "file-\(id.short)"
    }
    // A leading dot hides a file, and a leading dash makes it an option of a command that is given `*`.
    let isAwkward = last.utf8.first == UInt8(ascii: ".") || last.utf8.first == UInt8(ascii: "-")
    let fitted = fit(isAwkward ? "_" + last : last, suffix: "")
    return fitted.isEmpty ? "file-\(id.short)" : fitted
  }

  /// The `number`th choice of a name: `name.ext`, `name (2).ext`, `name (3).ext`, …
  public static func choice(_ number: Int, of base: String) -> String {
    number <= 1 ? base : fit(base, suffix: " (\(number))")
  }

  /// Puts `suffix` between the stem and the extension. The stem is cut, between characters, to what then fits.
  private static func fit(_ name: String, suffix: String) -> String {
    let (stem, ending) = split(name)
    let room = longest - ending.utf8.count - suffix.utf8.count
    guard stem.utf8.count > room else { return stem + suffix + ending }
    var cut = ""
    var count = 0
    for character in stem {
      count += character.utf8.count
      guard count <= room else { break }
      cut.append(character)
    }
    return cut.isEmpty ? "" : cut + suffix + ending
  }

  private static func split(_ name: String) -> (stem: Substring, ending: Substring) {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex,
      name[dot...].utf8.count <= longestExtension
    else { return (name[...], "") }
    return (name[..<dot], name[dot...])
  }
}
