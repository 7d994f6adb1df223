/// Writes JSON with Python's spacing and in pure ASCII, since some peers decode each 4,096 bytes as UTF-8 by themselves
/// (PROTOCOL.md, "What is out there").
struct JSONWriter {
  var bytes: [UInt8] = []
  private var needsComma = false

  mutating func beginObject() { open("{") }
  mutating func endObject() { close("}") }
  mutating func beginArray() { open("[") }
  mutating func endArray() { close("]") }

  mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: "\": ".utf8)
    needsComma = false
  }

  /// - Parameter json: one valid JSON value in pure ASCII.
  mutating func value(json: String) {
    separate()
    bytes.append(contentsOf: json.utf8)
    needsComma = true
  }

  mutating func value(_ text: String) {
    separate()
    string(text)
    needsComma = true
  }

  mutating func field(_ name: StaticString, _ text: String) {
    key(name)
    value(text)
  }

  mutating func field(_ name: StaticString, json: String) {
    key(name)
    value(json: json)
  }

  mutating func list(_ name: StaticString, _ texts: some Sequence<String>) {
    key(name)
    beginArray()
    for text in texts { value(text) }
    endArray()
  }

  /// A string with its quotes.
  mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
      case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
      case 0x20...0x7E: bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      default: escape(scalar)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func escape(_ scalar: Unicode.Scalar) {
    for unit in String(scalar).utf16 {
      bytes.append(contentsOf: [0x5C, UInt8(ascii: "u")])
      for shift in stride(from: 12, through: 0, by: -4) {
        bytes.append(hexDigit(UInt8(truncatingIfNeeded: unit >> UInt16(shift)) & 0xF))
      }
    }
  }

  private mutating func open(_ bracket: Unicode.Scalar) {
    separate()
    bytes.append(UInt8(ascii: bracket))
    needsComma = false
  }

  private mutating func close(_ bracket: Unicode.Scalar) {
    bytes.append(UInt8(ascii: bracket))
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(contentsOf: ", ".utf8) }
    needsComma = false
  }
}
