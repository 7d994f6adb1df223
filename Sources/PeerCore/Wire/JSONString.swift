/// The escapes of JSON strings, forwards and back.
enum JSONString {
  /// Decodes what stands between the quotes. It is tolerant: a lone surrogate, a broken escape and invalid UTF-8 become
  /// U+FFFD.
  static func decode(raw: some Collection<UInt8>) -> String {
    guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
    var utf8: [UInt8] = []
    utf8.reserveCapacity(raw.count)
    var units: [UInt16] = []
    func flush() {
      guard !units.isEmpty else { return }
      utf8.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
      units.removeAll(keepingCapacity: true)
    }
    var index = raw.startIndex
    while index < raw.endIndex {
      let byte = raw[index]
      raw.formIndex(after: &index)
      guard byte == UInt8(ascii: "\\"), index < raw.endIndex else {
        flush()
        utf8.append(byte)
        continue
      }
      let escape = raw[index]
      raw.formIndex(after: &index)
      if escape == UInt8(ascii: "u") {
        let digits = raw[index...].prefix(4)
        units.append(hexUnit(digits) ?? 0xFFFD)
        index = digits.endIndex
      } else {
        flush()
        utf8.append(simpleEscape(escape))
      }
    }
    flush()
    return String(decoding: utf8, as: UTF8.self)
  }

  /// The character that `\` followed by `escape` stands for.
  static func simpleEscape(_ escape: UInt8) -> UInt8 {
    switch escape {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    default: escape
    }
  }

  /// The value of exactly four hex digits.
  static func hexUnit(_ digits: some Collection<UInt8>) -> UInt16? {
    guard digits.count == 4 else { return nil }
    var unit: UInt16 = 0
    for digit in digits {
      guard let value = hexDigitValue(digit) else { return nil }
      unit = unit << 4 | UInt16(value)
    }
    return unit
  }

  /// Valid JSON as one line of pure ASCII that means the same: some peers decode every piece as UTF-8 on its own,
  /// and a service that reads lines of commands, which gossip may name as a peer, must not find any.
  static func oneLine(_ json: [UInt8]) -> [UInt8] {
    guard !json.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return json }
    var writer = JSONWriter()
    var isInString = false
    var isEscaped = false
    for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
      if (0x20..<0x7F).contains(scalar.value) {
        writer.bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else if isInString {
        writer.escape(scalar)
      } else {
        writer.bytes.append(0x20)
      }
      if scalar == "\"", !isEscaped { isInString.toggle() }
      isEscaped = isInString && scalar == "\\" && !isEscaped
    }
    return writer.bytes
  }

  /// The same JSON in pure ASCII. Characters outside of ASCII can only stand inside strings, where `\uXXXX` means the
  /// same.
  static func escapingNonASCII(_ json: some StringProtocol) -> String {
    var writer = JSONWriter()
    for scalar in json.unicodeScalars {
      if scalar.isASCII {
        writer.bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        writer.escape(scalar)
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
