/// Hex text to bytes, however the text is split, and back (PROTOCOL.md, "What is out there": `data`).
struct HexDecoder {
  /// The first digit of a pair whose second one has not come yet.
  private var half: UInt8?
  /// Digits taken so far.
  private(set) var digits = 0

  /// - Returns: the bytes, or `nil` at a character that is no hex digit; one without its second is judged
  ///   together with that.
  mutating func decode(_ hex: UnsafeRawBufferPointer) -> [UInt8]? {
    let capacity = (hex.count + 1) / 2
    var seen: UInt16 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      Self.bytes.withUnsafeBufferPointer { bytes in
        func take(_ first: UInt8, _ second: UInt8) {
          let byte = bytes[Int(first) | Int(second) << 8]
          seen |= byte
          buffer[count] = UInt8(truncatingIfNeeded: byte)
          count += 1
        }
        var index = 0
        if let first = half, !hex.isEmpty {
          take(first, hex[0])
          index = 1
          half = nil
        }
        while index + 1 < hex.count {
          take(hex[index], hex[index + 1])
          index += 2
        }
        if index < hex.count { half = hex[index] }
      }
    }
    digits += hex.count
    return seen & Self.noDigits == 0 ? bytes : nil
  }

  /// Whether every pair is complete.
  var isComplete: Bool { half == nil }

  /// Marks a pair of characters that are not both hex digits.
  private static let noDigits: UInt16 = 0x100

  /// By pair of characters, the first one in the low byte: one look for each byte of a file.
  private static let bytes: [UInt16] = (0..<0x10000).map { pair in
    guard let high = digit(pair & 0xFF), let low = digit(pair >> 8) else { return noDigits }
    return high << 4 | low
  }

  private static func digit(_ character: Int) -> UInt16? {
    switch UInt8(character) {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(character) - 0x30
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(character) - 0x37
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(character) - 0x57
    default: nil
    }
  }
}

enum HexEncoder {
  /// Writes two lowercase digits for each byte; `output` must have room for them.
  static func encode(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
    precondition(output.count >= 2 * bytes.count)
    pairs.withUnsafeBufferPointer { pairs in
      for index in 0..<bytes.count {
        output.storeBytes(of: pairs[Int(bytes[index])], toByteOffset: 2 * index, as: UInt16.self)
      }
    }
  }

  /// By byte: its two digits, the first one at the lower address.
  private static let pairs: [UInt16] = (0...255).map { byte in
    let digits = Array("0123456789abcdef".utf8)
    return UInt16(littleEndian: UInt16(digits[byte >> 4]) | UInt16(digits[byte & 0xF]) << 8)
  }
}
