/// The grammar of JSON's numbers and literals, and of the three literals that Python adds.
enum JSONScalar {
  static func isValid(_ bytes: [UInt8]) -> Bool {
    if isNumber(bytes) { return true }
    return switch String(decoding: bytes, as: UTF8.self) {
    case "true", "false", "null", "NaN", "Infinity", "-Infinity": true
    default: false
    }
  }

  private static func isNumber(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    func digits() -> Int {
      let count = rest.prefix { (0x30...0x39).contains($0) }.count
      rest = rest.dropFirst(count)
      return count
    }
    func skip(_ characters: StaticString) -> Bool {
      guard let first = rest.first,
        characters.withUTF8Buffer({ $0.contains(first) })
      else { return false }
      rest = rest.dropFirst()
      return true
    }
    _ = skip("-")
    let leadingZero = rest.first == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, !leadingZero || whole == 1 else { return false }
    if skip("."), digits() == 0 { return false }
    if skip("eE") {
      _ = skip("+-")
      if digits() == 0 { return false }
    }
    return rest.isEmpty
  }
}
