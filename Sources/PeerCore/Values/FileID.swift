/// The identity of a file on the network: SHA-256 of its bytes followed by its timestamp's text
/// (PROTOCOL.md, "Messages"). Written as 64 lowercase hex digits.
public struct FileID: Hashable, Sendable {
  let w0: UInt64, w1: UInt64, w2: UInt64, w3: UInt64

  /// The number of bytes in a digest.
  public static let byteCount = 32

  /// - Parameter bytes: exactly 32 bytes; otherwise `nil`.
  public init?(bytes: some Sequence<UInt8>) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    var count = 0
    for byte in bytes {
      switch count / 8 {
      case 0: words.0 = words.0 << 8 | UInt64(byte)
      case 1: words.1 = words.1 << 8 | UInt64(byte)
      case 2: words.2 = words.2 << 8 | UInt64(byte)
      case 3: words.3 = words.3 << 8 | UInt64(byte)
      default: return nil
      }
      count += 1
    }
    guard count == Self.byteCount else { return nil }
    (w0, w1, w2, w3) = words
  }

  /// As `init(bytes:)`, without looking at each byte: for the many ids that storage reads.
  ///
  /// - Parameter buffer: exactly 32 bytes; otherwise `nil`.
  public init?(buffer: UnsafeRawBufferPointer) {
    guard buffer.count == Self.byteCount else { return nil }
    w0 = UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
    w1 = UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    w2 = UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    w3 = UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
  }

  /// The 32 bytes, valid only during the call.
  public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    var words = (w0.bigEndian, w1.bigEndian, w2.bigEndian, w3.bigEndian)
    return try Swift.withUnsafeBytes(of: &words, body)
  }

  /// - Parameter hex: exactly 64 hex digits of either case; otherwise `nil`.
  public init?(hex: some StringProtocol) {
    self.init(hexBytes: hex.utf8)
  }

  init?(hexBytes: some Sequence<UInt8>) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    var high: UInt8?
    for character in hexBytes {
      guard let digit = hexDigitValue(character), bytes.count < Self.byteCount else { return nil }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    guard high == nil else { return nil }
    self.init(bytes: bytes)
  }

  /// 64 lowercase hex digits.
  public var hex: String {
    String(unsafeUninitializedCapacity: 2 * Self.byteCount) { buffer in
      var position = 0
      for word in [w0, w1, w2, w3] {
        for shift in stride(from: 60, through: 0, by: -4) {
          buffer[position] = hexDigit(UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 0xF)
          position += 1
        }
      }
      return position
    }
  }

  /// The first 8 hex digits. People are shown these, and can name a file by them at the prompt.
  public var short: String { String(hex.prefix(8)) }

  /// The 32 bytes of the digest.
  public var bytes: [UInt8] {
    [w0, w1, w2, w3].flatMap { word in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
    }
  }
}

extension FileID: Comparable {
  public static func < (a: FileID, b: FileID) -> Bool {
    (a.w0, a.w1, a.w2, a.w3) < (b.w0, b.w1, b.w2, b.w3)
  }
}

extension FileID: CustomStringConvertible {
  public var description: String { hex }
}

extension FileID: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = FileID(hex: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a file id is 64 hex digits")
    }
    self = id
  }

  /// As 64 hex digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}
