/// Hex text to bytes, however the text is split, and back (PROTOCOL.md, "What is out there": `data`).
struct HexDecoder {
  /// The first digit of a pair whose second one has not come yet.
  private var half: UInt8?
  /// Digits taken so far.
  private(set) var digits = 0

  /// - Returns: the bytes, or `nil` at a character that is no hex digit.
  mutating func decode(_ hex: UnsafeRawBufferPointer) -> [UInt8]? {
    let capacity = (hex.count + 1) / 2
    var valid = true
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      var index = 0
      if let first = half, index < hex.count {
        let digit = Self.values[Int(hex[index])]
        valid = digit < 16
        buffer[count] = first << 4 | (digit & 0xF)
        count += 1
        index += 1
        half = nil
      }
      Self.values.withUnsafeBufferPointer { values in
        var wrong: UInt8 = 0
        while index + 1 < hex.count {
          let high = values[Int(hex[index])]
          let low = values[Int(hex[index + 1])]
          wrong |= high | low
          buffer[count] = high << 4 | (low & 0xF)
          count += 1
          index += 2
        }
        if wrong >= 16 { valid = false }
      }
      if index < hex.count {
        let digit = Self.values[Int(hex[index])]
        if digit >= 16 { valid = false }
        half = digit
      }
    }
    digits += hex.count
    return valid ? bytes : nil
  }

  /// Whether every pair is complete.
  var isComplete: Bool { half == nil }

  /// By character; 0xFF for what is no hex digit.
  private static let values: [UInt8] = (0...255).map { character in
    UInt8(Character(Unicode.Scalar(character)).hexDigitValue.flatMap { character < 128 ? $0 : nil } ?? 0xFF)
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
