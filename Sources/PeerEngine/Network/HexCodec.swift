import CSupport

/// Decodes hex text, however it is split (PROTOCOL.md, "What is out there": `data`). The bytes lie in memory of the
/// decoder's own, which is used again for each piece.
final class HexDecoder {
  /// The first digit of a pair whose second one has not come yet.
  private var half: UInt8?
  /// How many digits have come so far.
  private(set) var digits = 0
  private var scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 0)

  deinit { scratch.deallocate() }

  /// A new text begins.
  func reset() {
    half = nil
    digits = 0
  }

  /// Whether every pair is complete.
  var isComplete: Bool { half == nil }

  /// - Returns: the bytes, valid until the next call; `nil` if a character is not a hex digit. A digit whose second one
  ///   has not come yet is judged together with it.
  func decode(_ hex: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    digits += hex.count
    guard let text = hex.bindMemory(to: UInt8.self).baseAddress, !hex.isEmpty else { return hex }
    reserve(hex.count / 2 + 1)
    guard let bytes = scratch.baseAddress else { return nil }
    var taken = 0
    var count = 0
    if let first = half {
      half = nil
      guard support_hex_decode([first, text[0]], 1, bytes) != 0 else { return nil }
      (taken, count) = (1, 1)
    }
    let pairs = (hex.count - taken) / 2
    guard support_hex_decode(text + taken, pairs, bytes + count) != 0 else { return nil }
    if taken + 2 * pairs < hex.count { half = text[hex.count - 1] }
    return UnsafeRawBufferPointer(start: bytes, count: count + pairs)
  }

  private func reserve(_ capacity: Int) {
    guard scratch.count < capacity else { return }
    scratch.deallocate()
    scratch = .allocate(capacity: capacity)
  }
}

enum HexEncoder {
  /// Writes two lowercase digits for each byte; `output` must have room for them.
  static func encode(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
    precondition(output.count >= 2 * bytes.count)
    guard let source = bytes.bindMemory(to: UInt8.self).baseAddress,
      let target = output.bindMemory(to: UInt8.self).baseAddress
    else { return }
    support_hex_encode(source, bytes.count, target)
  }
}
